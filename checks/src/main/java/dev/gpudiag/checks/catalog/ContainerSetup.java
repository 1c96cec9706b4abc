package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.HostQuantities.CDI_MISSING_FILES;
import static dev.gpudiag.telemetry.HostQuantities.CDI_SPECS;
import static dev.gpudiag.telemetry.HostQuantities.DEVICE_LINKS;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What is wrong with how this node gives GPUs to containers, whoever runs now. */
final class ContainerSetup {

    private static final int SHOWN = 6;

    /** Nodes of major 195. */
    private static final Pattern NODE = Pattern.compile("/dev/nvidia(?:\\d{1,3}|ctl)");

    private ContainerSetup() {}

    static List<Finding> findings(NodeSample sample) {
        List<Finding> findings = new ArrayList<>();
        specification(sample.driver(), findings);
        lostDevices(sample, findings);
        deviceLinks(sample, findings);
        return findings;
    }

    /** A CDI specification lists the driver's files by name; after an upgrade these are gone. */
    private static void specification(DriverState driver, List<Finding> findings) {
        Reading<String> missing = driver.get(CDI_MISSING_FILES);
        if (missing.isPresent() && !missing.value().get().isEmpty()) {
            findings.add(Finding.builder(
                            Status.CRITICAL,
                            Subject.node(),
                            "a CDI specification names files that are not there: "
                                    + missing.value().get())
                    .rule("ctr.cdi_stale")
                    .why("It is older than the driver: a container that asks for its devices does not start.")
                    .action("regenerate it: nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml"
                            + " (nvidia-cdi-refresh.service does so on newer toolkits)")
                    .proof(CDI_SPECS, driver.get(CDI_SPECS))
                    .proof(CDI_MISSING_FILES, missing)
                    .build());
        } else if (missing.failed()) {
            findings.add(Finding.builder(
                            Status.INFO, Subject.node(), "a CDI specification cannot be used: " + missing.describe())
                    .rule("ctr.cdi_stale")
                    .why("Whether containers get their files by it cannot be told.")
                    .action("regenerate it: nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml")
                    .proof(CDI_MISSING_FILES, missing)
                    .build());
        }
    }

    /**
     * A process that has a device open which its control group does not allow had it allowed when it opened it. One finding
     * for a group.
     */
    private static void lostDevices(NodeSample sample, List<Finding> findings) {
        Map<String, List<GpuHolder>> groups = sample.host().holders().value().orElse(List.of()).stream()
                .filter(ContainerSetup::hasLost)
                .collect(Collectors.groupingBy(
                        holder -> holder.deviceAccess().source(), TreeMap::new, Collectors.toList()));
        groups.forEach((rules, holders) -> findings.add(lost(rules, holders)));
    }

    private static boolean hasLost(GpuHolder holder) {
        return holder.deviceAccess().value().filter(allowed -> !allowed).isPresent()
                && holder.openDevices().value().orElse(List.of()).stream()
                        .anyMatch(node -> NODE.matcher(node).matches());
    }

    private static Finding lost(String rules, List<GpuHolder> holders) {
        GpuHolder first = holders.getFirst();
        String pids = holders.stream()
                .limit(SHOWN)
                .map(holder -> String.valueOf(holder.pid()))
                .collect(Collectors.joining(", "));
        int more = holders.size() - SHOWN;
        return Finding.builder(
                        Status.WARNING,
                        first.knownWorkload().map(Subject::workload).orElseGet(() -> Subject.process(first.pid())),
                        "its control group no longer allows NVIDIA's devices; pid " + pids
                                + (more > 0 ? " and " + more + " more have" : holders.size() > 1 ? " have" : " has")
                                + " them open from before")
                .rule("ctr.devices_lost")
                .why(
                        "A reload of systemd (systemctl daemon-reload, or an upgrade of a package that does it) wrote the device"
                                + " rules anew without them. NVML in the container says \"Unknown Error\" and new CUDA programs"
                                + " find no device; what holds one already goes on.")
                .action("restart the container")
                .action(
                        "so that it does not come again: nvidia-ctk system create-dev-char-symlinks --create-all, at each"
                                + " boot; or the engine's cgroupfs driver")
                .proof(rules, "no rule allows c 195:*")
                .build();
    }

    /**
     * A reload of systemd writes the device rules of control groups anew; runc names devices there by their links, so that
     * those without a link are lost. With control groups of version 2 it does not show from outside that this has happened.
     */
    private static void deviceLinks(NodeSample sample, List<Finding> findings) {
        List<GpuHolder> holders = sample.host().holders().value().orElse(List.of());
        boolean unreadable =
                holders.stream().anyMatch(holder -> !holder.deviceAccess().isPresent());
        long containers = holders.stream()
                .flatMap(holder -> holder.workload().value().flatMap(Workload::containerId).stream())
                .distinct()
                .count();
        boolean missing = sample.driver()
                .get(DEVICE_LINKS)
                .value()
                .filter(links -> !links)
                .isPresent();
        if (missing && containers > 0) {
            findings.add(Finding.builder(
                            Status.INFO,
                            Subject.node(),
                            Amounts.plural(containers, "container")
                                    + " may lose the GPUs at the next systemctl daemon-reload: /dev/char has no link to"
                                    + " NVIDIA's nodes")
                    .rule("ctr.device_links")
                    .why(
                            "With systemd's control groups runc finds devices by these links. Afterwards NVML in the container"
                                    + " says \"Unknown Error\" and new CUDA programs find no device, while the host is well."
                                    + (unreadable
                                            ? " Whether this has happened already cannot be read: control groups of"
                                                    + " version 2 do not tell."
                                            : ""))
                    .action("nvidia-ctk system create-dev-char-symlinks --create-all, at each boot")
                    .action("a container that has lost them already: restart it")
                    .proof(DEVICE_LINKS, sample.driver().get(DEVICE_LINKS))
                    .build());
        }
    }
}
