package dev.gpudiag.agent.sampling;

import dev.gpudiag.nvml.NvmlDevice;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.nvml.ProcessInfo;
import dev.gpudiag.nvml.ProcessUtilization;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.Reading;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Lists the processes of one GPU; a process in two of NVML's lists is one process. */
final class ProcessReader {

    private static final String COMPUTE = "nvmlDeviceGetComputeRunningProcesses";

    private final NvmlDevice device;
    private final Consumer<String> enter;
    private final ProcessNames names;
    private long utilizationSeenMicros;

    /** One of NVML's lists. */
    private interface Listing {
        List<ProcessInfo> read() throws NvmlException;
    }

    ProcessReader(NvmlDevice device, Consumer<String> enter, ProcessNames names) {
        this.device = device;
        this.enter = enter;
        this.names = names;
    }

    Reading<List<ComputeProcess>> read() {
        Map<Integer, Double> utilization = utilization();
        List<ComputeProcess> processes = new ArrayList<>();
        enter.accept(COMPUTE);
        try {
            merge(device.computeProcesses(), ComputeProcess.Type.COMPUTE, utilization, processes);
        } catch (NvmlException e) {
            return NvmlReasons.missing(e);
        }
        optional(
                "nvmlDeviceGetGraphicsRunningProcesses",
                device::graphicsProcesses,
                ComputeProcess.Type.GRAPHICS,
                utilization,
                processes);
        optional(
                "nvmlDeviceGetMPSComputeRunningProcesses",
                device::mpsProcesses,
                ComputeProcess.Type.MPS,
                utilization,
                processes);
        return Reading.of(List.copyOf(processes), COMPUTE);
    }

    private void optional(
            String function,
            Listing listing,
            ComputeProcess.Type type,
            Map<Integer, Double> utilization,
            List<ComputeProcess> processes) {
        enter.accept(function);
        try {
            merge(listing.read(), type, utilization, processes);
        } catch (NvmlException e) {
            // a data centre GPU has no graphics, an old driver no MPS list: the compute list stands by itself
            return;
        }
    }

    private void merge(
            List<ProcessInfo> infos,
            ComputeProcess.Type type,
            Map<Integer, Double> utilization,
            List<ComputeProcess> processes) {
        for (ProcessInfo info : infos) {
            long pid = Integer.toUnsignedLong(info.pid());
            ComputeProcess process = new ComputeProcess(
                    pid,
                    type,
                    names.name(info.pid()),
                    info.gpuInstanceId(),
                    info.computeInstanceId(),
                    info.usedMemory().isPresent()
                            ? Reading.of(info.usedMemory().getAsLong(), COMPUTE)
                            : Reading.missing(Reading.Reason.NOT_SUPPORTED, COMPUTE, "not available"),
                    utilization.containsKey(info.pid())
                            ? Reading.of(utilization.get(info.pid()), "nvmlDeviceGetProcessUtilization")
                            : Reading.notRead("no sample"));
            int twin = indexOf(processes, process);
            if (twin < 0) {
                processes.add(process);
            } else if (type == ComputeProcess.Type.GRAPHICS) {
                processes.set(twin, withType(processes.get(twin), ComputeProcess.Type.COMPUTE_AND_GRAPHICS));
            } else {
                processes.set(twin, withType(processes.get(twin), type));
            }
        }
    }

    private static int indexOf(List<ComputeProcess> processes, ComputeProcess wanted) {
        for (int i = 0; i < processes.size(); i++) {
            ComputeProcess process = processes.get(i);
            if (process.pid() == wanted.pid()
                    && process.gpuInstance().equals(wanted.gpuInstance())
                    && process.computeInstance().equals(wanted.computeInstance())) {
                return i;
            }
        }
        return -1;
    }

    private static ComputeProcess withType(ComputeProcess process, ComputeProcess.Type type) {
        return new ComputeProcess(
                process.pid(),
                type,
                process.name(),
                process.gpuInstance(),
                process.computeInstance(),
                process.usedMemoryBytes(),
                process.smUtilizationRatio());
    }

    private Map<Integer, Double> utilization() {
        enter.accept("nvmlDeviceGetProcessUtilization");
        Map<Integer, Double> byPid = new HashMap<>();
        try {
            for (ProcessUtilization sample : device.processUtilization(utilizationSeenMicros)) {
                byPid.put(sample.pid(), sample.sm() / 100.0);
                utilizationSeenMicros = Math.max(utilizationSeenMicros, sample.timestampMicros());
            }
        } catch (NvmlException e) {
            // not found: no samples since the last time; not supported: none ever. Either way there is nothing to show
            return Map.of();
        }
        return byPid;
    }
}
