package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.DeviceNode;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Why NVML does not start, in the order in which one cause hides the next.
 *
 * <p>The host's own files come before nvmlInit's return code, which says 9 (driver not loaded) or 999 (unknown) for
 * many different things; the code decides where the files show nothing wrong.
 */
record DriverFailure(DriverFacts facts) {

    private static final int NO_PERMISSION = 4;
    private static final int DRIVER_NOT_LOADED = 9;
    private static final int LIBRARY_NOT_FOUND = 12;
    private static final int GPU_IS_LOST = 15;
    private static final int OPERATING_SYSTEM = 17;
    private static final int VERSION_MISMATCH = 18;

    Finding finding() {
        if (facts.nvmlFailedFor(Reason.TIMED_OUT)) {
            return timedOut();
        }
        if (!facts.gpus().isEmpty() && facts.ownGpus().isEmpty()) {
            return DriverCheck.passedThrough(facts).orElseThrow();
        }
        if (!facts.heldByNouveau().isEmpty()) {
            return nouveau(facts);
        }
        if (facts.moduleLoaded().equals(Optional.of(false))) {
            return moduleNotLoaded();
        }
        return facts.moduleLoaded().isPresent() ? moduleLoaded() : moduleUnknown();
    }

    private Finding timedOut() {
        String detail = facts.state().nvml().describe();
        String seen = detail.startsWith("driver does not answer") ? detail : "driver does not answer: " + detail;
        return critical(
                seen,
                "Every program that asks the driver now waits as well, and cannot be killed.",
                "look for Xid 119, 120, 79 or a GSP time-out: dmesg -T | grep -iE 'NVRM|Xid'",
                "look which processes wait in the kernel: ps -eo pid,stat,wchan:32,cmd | awk '$2 ~ /D/'",
                "drain the node and reboot it; power-cycle it if the reboot hangs");
    }

    static Finding nouveau(DriverFacts facts) {
        List<PciDevice> held = facts.heldByNouveau();
        String name = held.getFirst().driver().orElse("nouveau");
        String seen = Amounts.plural(held.size(), "GPU") + " bound to " + name + ", not to nvidia";
        return Finding.builder(Status.CRITICAL, Subject.node(), seen)
                .why("The driver of the Linux kernel holds the GPU; CUDA cannot use it.")
                .action("printf 'blacklist " + name + "\\noptions " + name
                        + " modeset=0\\n' > /etc/modprobe.d/blacklist-" + name + ".conf")
                .action("rebuild the initramfs: update-initramfs -u, or dracut -f")
                .action("install NVIDIA's driver if it is not, then reboot")
                .proof(facts.state().pciDevices().source(), addresses(held))
                .build();
    }

    private Finding moduleNotLoaded() {
        Optional<Refusal> refusal = refusal();
        Reading<String> onDisk = facts.state().get(HostQuantities.MODULE_ON_DISK_VERSION);
        if (refusal.isPresent()) {
            return critical(
                    "driver not loaded: " + refusal.get().text(),
                    "The kernel module does not start for a GPU that it does not support.",
                    refusal.get().remedy(),
                    "confirm: dmesg -T | grep -i NVRM");
        }
        if (!facts.installed()) {
            return notInstalled();
        }
        if (facts.pciKnown() && facts.gpus().isEmpty()) {
            return noGpuOnBus();
        }
        if (facts.inContainer()) {
            return critical(
                    notLoaded(),
                    "A container uses the kernel module of its host.",
                    "on the host: modprobe nvidia; dmesg -T | grep -iE 'nvidia|NVRM'",
                    "under Kubernetes with the GPU operator: look at the driver pod of this node");
        }
        if (onDisk.isPresent()) {
            return critical(
                    notLoaded(),
                    "The module is on disk, and something keeps it from being loaded.",
                    "modprobe nvidia",
                    "if that fails: dmesg -T | grep -iE 'nvidia|NVRM|module verification|Lockdown'",
                    "\"Key was rejected by service\" is Secure Boot: mokutil --sb-state; sign the module and enrol the key",
                    "look for a blacklist: grep -rE 'blacklist +nvidia' /etc/modprobe.d /lib/modprobe.d");
        }
        return moduleNotOnDisk(onDisk);
    }

    private Finding moduleNotOnDisk(Reading<String> onDisk) {
        boolean looked = !onDisk.reason().equals(Optional.of(Reason.NOT_READ));
        String kernel = facts.text(HostQuantities.KERNEL_RELEASE).orElse("the running kernel");
        String seen = looked ? "driver not loaded: no kernel module nvidia for " + kernel + library() : notLoaded();
        return critical(
                seen,
                "Kernel and module must match: after a kernel upgrade the module has to be built again.",
                "see what DKMS has: dkms status",
                "build it: apt install linux-headers-$(uname -r) && dkms autoinstall, or install the driver's package anew",
                "modprobe nvidia");
    }

    private Finding notInstalled() {
        if (!facts.pciKnown()) {
            return new Finding(
                    Status.UNKNOWN,
                    Subject.node(),
                    "no driver, and the PCI bus cannot be read: whether there is a GPU is not known",
                    "",
                    List.of(),
                    "",
                    List.of("let gpudiag read /sys/bus/pci/devices"),
                    List.of(),
                    Optional.empty());
        }
        if (facts.gpus().isEmpty()) {
            return noGpuOnBus();
        }
        return critical(
                Amounts.plural(facts.ownGpus().size(), "NVIDIA GPU") + " and no driver: kernel module not loaded",
                "Without NVIDIA's driver nothing can use the GPU.",
                "install the driver, on Ubuntu: ubuntu-drivers install --gpgpu; on Debian: apt install nvidia-driver",
                "reboot, or: modprobe nvidia");
    }

    /** The driver was put here for a GPU; the module refuses to load where it finds none. */
    private Finding noGpuOnBus() {
        String seen = facts.installed() ? notLoaded() + "; no GPU on the PCI bus" : "no GPU on the PCI bus";
        return DriverCheck.proven(
                Finding.builder(Status.CRITICAL, Subject.node(), seen)
                        .why(
                                "A node that should have a GPU shows none, and the kernel module does not load without one.")
                        .action(
                                "look whether a GPU fell off the bus: dmesg -T | grep -iE 'Xid|fallen off|AER|pcieport'")
                        .action("power-cycle the node (cold, not a reboot); then reseat or replace the GPU")
                        .action("in a virtual machine: look whether the GPU is attached to it")
                        .proof(facts.state().pciDevices().source(), "no GPU of vendor 0x10de")
                        .causedBy("devices"),
                facts);
    }

    private Finding moduleLoaded() {
        Optional<String> module = facts.text(HostQuantities.MODULE_VERSION);
        Optional<String> library = facts.text(HostQuantities.LIBRARY_VERSION);
        boolean differ = module.isPresent() && library.isPresent() && !module.equals(library);
        if (code(VERSION_MISMATCH) || differ) {
            return DriverCheck.mismatch(
                    facts, module.orElse("unknown"), library.orElse("of another version"), Status.CRITICAL);
        }
        if (libraryMissing()) {
            return libraryNotFound();
        }
        if (facts.nvmlFailedFor(Reason.SYMBOL_MISSING)) {
            return notNvml();
        }
        return deviceNodes().or(this::refused).orElseGet(this::byReturnCode);
    }

    private Finding moduleUnknown() {
        if (code(DRIVER_NOT_LOADED)) {
            return facts.installed() || facts.gpus().isEmpty() ? moduleNotLoaded() : notInstalled();
        }
        return !facts.installed() && facts.gpus().isEmpty() && !code(LIBRARY_NOT_FOUND) && !knownCode()
                ? notInstalled()
                : moduleLoaded();
    }

    private boolean knownCode() {
        return facts.returnCode().isPresent();
    }

    private boolean libraryMissing() {
        Reading<String> path = facts.state().get(HostQuantities.LIBRARY_PATH);
        boolean lookedInVain = !path.isPresent() && !path.reason().equals(Optional.of(Reason.NOT_READ));
        return code(LIBRARY_NOT_FOUND) || (lookedInVain && !knownCode());
    }

    private Finding libraryNotFound() {
        if (facts.inContainer()) {
            return critical(
                    "library missing: no libnvidia-ml.so.1 in this container",
                    "The kernel module runs; the container was started without the driver's libraries.",
                    "start it with the NVIDIA runtime: --gpus all, or runtimeClassName: nvidia",
                    "and NVIDIA_DRIVER_CAPABILITIES=utility,compute",
                    "or name the library: --nvml-library FILE");
        }
        return critical(
                "library missing: no libnvidia-ml.so.1, though the kernel module is loaded",
                "The kernel module runs; nothing on this node can talk to it.",
                "look for it: ldconfig -p | grep nvidia-ml; find / -xdev -name 'libnvidia-ml.so*'",
                "install the libraries of the same version as the module: libnvidia-compute-NNN, libnvidia-ml1",
                "or name the library: --nvml-library FILE");
    }

    private Finding notNvml() {
        return critical(
                facts.text(HostQuantities.LIBRARY_PATH).orElse("the library") + " is not a usable NVML",
                "It lacks what every NVML since R470 has: a stub, or a driver that is too old.",
                "name the driver's own library: --nvml-library FILE",
                "install a driver of R470 or newer");
    }

    private Optional<Finding> deviceNodes() {
        List<DeviceNode> obstacles = DeviceNodes.obstacles(facts.state().deviceNodes());
        if (obstacles.isEmpty()) {
            return Optional.empty();
        }
        DeviceNode first = obstacles.getFirst();
        String problem = DeviceNodes.wrong(first).orElse(first.path() + " is missing");
        String more = obstacles.size() > 1 ? " (and " + (obstacles.size() - 1) + " more)" : "";
        Finding.Builder finding = Finding.builder(Status.CRITICAL, Subject.node(), "device nodes: " + problem + more)
                .limit("nvidiactl 195:255, nvidiaN 195:N")
                .why("Libraries reach the kernel module through these nodes only.");
        if (facts.inContainer()) {
            finding.action("start the container with its GPUs: --gpus all, or a limit nvidia.com/gpu");
        }
        finding.action("make them: nvidia-modprobe -c0 -u")
                .action(
                        "look whether udev or a container runtime makes others: ls -l /dev/nvidia*; ls /lib/udev/rules.d");
        obstacles.forEach(node -> finding.proof(node.path(), DeviceNodes.describe(node)));
        return Optional.of(DriverCheck.proven(finding, facts));
    }

    private Optional<Finding> refused() {
        List<DeviceNode> forbidden = DeviceNodes.forbidden(facts.state().deviceNodes());
        boolean coded = code(NO_PERMISSION) || code(OPERATING_SYSTEM) || facts.nvmlFailedFor(Reason.NO_PERMISSION);
        boolean control = forbidden.stream().anyMatch(node -> node.path().endsWith("/nvidiactl"));
        if (!coded && !control) {
            return Optional.empty();
        }
        String seen = control ? "no permission: /dev/nvidiactl cannot be opened" : "no permission to use the driver";
        Finding.Builder finding = Finding.builder(Status.CRITICAL, Subject.node(), seen)
                .why("The driver may work for others: this process may not open its device nodes.")
                .action("look who may: ls -l /dev/nvidia*; id");
        if (facts.inContainer()) {
            finding.action("a reload of systemd takes the devices from a running container: restart it")
                    .action("give the devices to the container by --gpus or the device plugin, not by a mount of /dev");
        }
        finding.action("add this user to the group of the nodes (often video), or run as root");
        forbidden.forEach(node -> finding.proof(node.path(), DeviceNodes.describe(node)));
        return Optional.of(DriverCheck.proven(finding, facts));
    }

    private Finding byReturnCode() {
        String answer = facts.state().nvml().describe();
        if (code(GPU_IS_LOST) || facts.nvmlFailedFor(Reason.GPU_LOST)) {
            return critical(
                    "NVML does not start: a GPU is lost: " + answer,
                    "A GPU that no longer answers on the bus can keep the whole driver from starting.",
                    "see which: dmesg -T | grep -E 'Xid.*79|fallen off the bus'",
                    "drain the node and power-cycle it; then reseat or replace that GPU");
        }
        Optional<Refusal> refusal = refusal();
        if (refusal.isPresent()) {
            return critical(
                    refusal.get().text(),
                    "The kernel module is loaded but does not drive this GPU.",
                    refusal.get().remedy(),
                    "confirm: dmesg -T | grep -i NVRM");
        }
        return critical(
                "NVML does not start: " + answer,
                code(DRIVER_NOT_LOADED)
                        ? "The kernel module is loaded and still refuses: its start for the GPU may have failed."
                        : "This code often follows a GPU that is lost, or one that the module could not start.",
                "see what the module says: dmesg -T | grep -iE 'NVRM|Xid|nvidia'",
                "compare with the bus: lspci -d 10de: -k",
                "drain the node and reboot it; power-cycle it if a GPU stays away");
    }

    /** A driver that supports none of the GPUs on the bus, and what to install instead. */
    private record Refusal(String text, String remedy) {}

    /** Why the module in force, or else the one on disk, drives no GPU on this bus; empty if it may drive one. */
    private Optional<Refusal> refusal() {
        List<Optional<Refusal>> refusals = facts.ownGpus().stream()
                .map(gpu -> DriverSupport.ofDevice(gpu.deviceId()).flatMap(this::refusal))
                .toList();
        boolean all = !refusals.isEmpty() && refusals.stream().allMatch(Optional::isPresent);
        return all ? refusals.getFirst() : Optional.empty();
    }

    private Optional<Refusal> refusal(DriverSupport support) {
        Optional<String> version = facts.moduleVersion().or(() -> facts.text(HostQuantities.MODULE_ON_DISK_VERSION));
        Optional<String> flavour = facts.text(HostQuantities.MODULE_FLAVOUR);
        return version.flatMap(support::refusal)
                .map(text -> new Refusal(text, support.remedy()))
                .or(() -> flavour.flatMap(support::flavourRefusal)
                        .map(text -> new Refusal(text, "install the driver with the other kernel module flavour")));
    }

    private String notLoaded() {
        String onDisk = facts.text(HostQuantities.MODULE_ON_DISK_VERSION)
                .map(version -> ", module " + version + " on disk")
                .orElse("");
        return "driver not loaded: no kernel module nvidia" + onDisk + library();
    }

    private String library() {
        return facts.text(HostQuantities.LIBRARY_VERSION)
                .map(version -> ", library " + version)
                .orElse("");
    }

    private boolean code(int code) {
        return facts.returnCode().orElse(0) == code;
    }

    private Finding critical(String seen, String why, String... actions) {
        Finding.Builder finding =
                Finding.builder(Status.CRITICAL, Subject.node(), seen).why(why);
        List.of(actions).forEach(finding::action);
        if (!facts.gpus().isEmpty()) {
            finding.proof(facts.state().pciDevices().source(), addresses(facts.gpus()));
        }
        Reading<Boolean> loaded = facts.state().get(HostQuantities.MODULE_LOADED);
        if (loaded.isPresent()) {
            finding.proof(HostQuantities.MODULE_LOADED, loaded);
        }
        return DriverCheck.proven(finding, facts);
    }

    static String addresses(List<PciDevice> devices) {
        return devices.stream()
                .map(device -> device.address()
                        + device.driver().map(name -> " (" + name + ")").orElse(" (no driver)"))
                .collect(Collectors.joining(", "));
    }
}
