package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Workload;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who has a GPU's device node open and is not in NVML's list: processes of other pid namespaces, and ones that hang.
 *
 * <p>Monitors hold descriptors without a context and are not suspected.
 */
final class UnlistedHolders {

    /** As {@code /proc/PID/comm} has them, cut at 15 letters. */
    private static final Set<String> MONITORS = Set.of(
            "nvidia-persiste",
            "nv-hostengine",
            "dcgm-exporter",
            "nvidia-smi",
            "nvidia-device-p",
            "nvidia-gpu-expo",
            "nvtop",
            "nvitop",
            "nv-fabricmanage",
            "gpu-feature-dis",
            "gpudiag");

    private static final int NAMED = 5;

    private UnlistedHolders() {}

    /** Names the suspects in a finding, and what to do about them. */
    static void blame(Finding.Builder finding, GpuSample gpu, Evidence evidence) {
        Reading<List<GpuHolder>> holders = evidence.sample().host().holders();
        int index = gpu.identity().index();
        if (!holders.isPresent()) {
            finding.proof("/proc/*/fd", holders.describe())
                    .action("see who has the GPU open, as root: fuser -v /dev/nvidia*");
            reset(finding, index);
            return;
        }
        List<GpuHolder> suspects = suspects(gpu, holders.value().orElse(List.of()));
        if (suspects.isEmpty()) {
            finding.proof("/proc/*/fd", "nobody but listed processes and monitors has this GPU open")
                    .action("stop what else may hold it: containers that were removed and still run, MPS servers");
        }
        suspects.stream().limit(NAMED).forEach(suspect -> {
            finding.proof("/proc/" + suspect.pid() + "/fd", describe(suspect));
            finding.action("look at " + describe(suspect)
                    + ": it has this GPU open and is not listed; end it if nobody needs it");
        });
        if (suspects.size() > NAMED) {
            finding.proof("/proc/*/fd", (suspects.size() - NAMED) + " more have this GPU open");
        }
        reset(finding, index);
    }

    private static void reset(Finding.Builder finding, int index) {
        finding.action("if nobody holds it, drain the GPU and reset it: nvidia-smi --gpu-reset -i " + index);
    }

    private static List<GpuHolder> suspects(GpuSample gpu, List<GpuHolder> holders) {
        Set<Long> listed = gpu.processes().value().orElse(List.of()).stream()
                .map(ComputeProcess::pid)
                .collect(Collectors.toSet());
        return holders.stream()
                .filter(holder -> !listed.contains(holder.pid()))
                .filter(holder -> hasOpen(holder, gpu))
                .filter(holder -> !isMonitor(holder))
                .toList();
    }

    /** {@code /dev/nvidiactl} alone is no GPU. */
    static boolean hasOpen(GpuHolder holder, GpuSample gpu) {
        Optional<Long> minor = gpu.value(GpuQuantities.MINOR_NUMBER);
        return holder.openDevices().value().orElse(List.of()).stream()
                .anyMatch(device -> minor.isPresent()
                        ? device.equals("/dev/nvidia" + minor.get())
                        : device.matches("/dev/nvidia\\d+"));
    }

    private static boolean isMonitor(GpuHolder holder) {
        return holder.command().value().filter(MONITORS::contains).isPresent()
                || holder.commandLine().value().orElse("").contains("gpudiag");
    }

    static String describe(GpuHolder holder) {
        String name =
                holder.command().value().map(command -> " (" + command + ")").orElse("");
        String workload = holder.knownWorkload()
                .map(Workload::name)
                .map(of -> " of " + of)
                .orElse("");
        String state = holder.state().value().map(letter -> ", state " + letter).orElse("");
        return "pid " + holder.pid() + name + workload + state;
    }
}
