package dev.gpudiag.agent.simulation;

import dev.gpudiag.checks.Setting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code [host]}; what is not said follows from the driver's version and the GPUs. */
final class HostSection {

    private static final List<String> KEYS = List.of(
            "module",
            "module_on_disk",
            "flavour",
            "library",
            "hostname",
            "pci_devices",
            "pci_driver",
            "lost_pci",
            "port_width",
            "port_gen",
            "nvswitches",
            "fabric_manager",
            "peermem",
            "nouveau",
            "device_nodes",
            "kernel",
            "os",
            "uptime",
            "container");

    // Versions, names and releases become parts of file names, so that none may hold a slash.
    private static final Pattern VERSION = Pattern.compile("none|\\d{1,4}(\\.\\d{1,4}){1,3}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][\\w.+-]{0,127}");
    private static final Pattern NODES = Pattern.compile("auto|none|nvidia[a-z0-9-]+([\\s,]+nvidia[a-z0-9-]+)*");
    private static final Pattern TEXT = Pattern.compile(".{1,128}");

    private final ScenarioSection section;
    private final List<SimulatedGpu> gpus;

    HostSection(ScenarioSection section, List<SimulatedGpu> gpus) {
        this.section = section;
        this.gpus = gpus;
    }

    HostLayout layout(Optional<String> driver, String scenario) {
        section.allow(KEYS);
        Optional<String> module = version("module", driver);
        boolean nouveau = section.flag("nouveau", false);
        String usual = module.isPresent() ? "nvidia" : nouveau ? "nouveau" : "none";
        return new HostLayout(
                module,
                version("module_on_disk", module),
                section.get("flavour", Pattern.compile("open|proprietary"), "open or proprietary")
                        .filter("open"::equals)
                        .isPresent(),
                version("library", driver),
                nouveau,
                pciAddresses(),
                present(section.get("pci_driver", NAME, "the name of a kernel driver")
                        .orElse(usual)),
                isGone() ? List.of() : lost(),
                number("port_width", Pattern.compile("1|2|4|8|16|32"), "a number of lanes"),
                number("port_gen", Pattern.compile("[1-6]"), "a PCIe generation, 1 to 6"),
                section.get("nvswitches").stream()
                        .flatMap(text -> addresses("nvswitches", text).stream())
                        .toList(),
                section.flag("fabric_manager", section.get("nvswitches").isPresent()),
                section.get("peermem", Pattern.compile("no|loaded|registered"), "no, loaded or registered")
                        .orElse("no"),
                deviceNodes(module.isPresent()),
                section.get("hostname", NAME, "a host name").orElse("sim-" + scenario),
                section.get("kernel", NAME, "a kernel release").orElse("6.8.0-45-generic"),
                section.get("os", TEXT, "a name of at most 128 letters").orElse("Ubuntu 24.04.1 LTS"),
                section.get("uptime").map(this::uptime).orElse(Duration.ofDays(3)),
                section.flag("container", false));
    }

    private Optional<String> version(String key, Optional<String> otherwise) {
        Optional<String> written = section.get(key, VERSION, "a driver version such as 550.54.15, or none");
        return written.isPresent() ? present(written.get()) : otherwise;
    }

    private Optional<Integer> number(String key, Pattern form, String expected) {
        return section.get(key, form, expected).map(Integer::valueOf);
    }

    private static Optional<String> present(String text) {
        return Optional.of(text).filter(value -> !value.equals("none"));
    }

    private Duration uptime(String text) {
        try {
            return Setting.parseDuration(text);
        } catch (IllegalArgumentException e) {
            throw section.wrong("uptime", e.getMessage());
        }
    }

    private boolean isGone() {
        return section.get("lost_pci", Pattern.compile("gone|dead"), "gone or dead")
                .filter("gone"::equals)
                .isPresent();
    }

    private List<String> lost() {
        return gpus.stream()
                .filter(SimulatedGpu::isLost)
                .map(SimulatedGpu::pciAddress)
                .toList();
    }

    private List<String> pciAddresses() {
        String written = section.get("pci_devices").orElse("auto");
        if (written.equals("none")) {
            return List.of();
        }
        if (written.equals("auto")) {
            return gpus.stream()
                    .filter(gpu -> !gpu.isLost() || !isGone())
                    .map(SimulatedGpu::pciAddress)
                    .toList();
        }
        return addresses("pci_devices", written);
    }

    private List<String> addresses(String key, String written) {
        return List.of(written.split("[\\s,]+", -1)).stream()
                .map(text -> SimulatedGpu.address(text)
                        .orElseThrow(
                                () -> section.wrong(key, "'" + text + "' is not a PCI address such as 0000:65:00.0")))
                .toList();
    }

    private List<String> deviceNodes(boolean moduleLoaded) {
        String written = section.get("device_nodes", NODES, "auto, none or names such as nvidiactl nvidia0")
                .orElse("auto");
        if (written.equals("none") || (written.equals("auto") && !moduleLoaded)) {
            return List.of();
        }
        if (!written.equals("auto")) {
            return List.of(written.split("[\\s,]+", -1));
        }
        List<String> nodes = new ArrayList<>(List.of("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools"));
        gpus.forEach(gpu -> nodes.add("nvidia" + gpu.minor()));
        return nodes;
    }
}
