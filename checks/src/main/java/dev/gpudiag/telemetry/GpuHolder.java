package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A process that holds a GPU, as the host's {@code /proc} shows it: NVML lists it, or it has a device node open.
 *
 * @param pid as the host counts
 * @param startTicks clock ticks after boot at which it began ({@code /proc/PID/stat} field 22); with the pid it is unique
 * @param state the kernel's letter: R, S, D (waits for the kernel, cannot be killed), Z (dead, not yet reaped)
 * @param command name of the executable ({@code comm})
 * @param commandLine what it was started with, shortened, without what looks like a secret
 * @param user owner's name, or number where it has none
 * @param openDevices nodes below {@code /dev} that it has open, such as {@code /dev/nvidia0}
 * @param deviceAccess whether its control group allows NVIDIA's devices (major 195); version 1 tells, version 2 does not
 * @param workload who it works for
 * @param cuda which CUDA it uses, as seen from outside
 */
public record GpuHolder(
        long pid,
        Reading<Long> startTicks,
        Reading<String> state,
        Reading<String> command,
        Reading<String> commandLine,
        Reading<String> user,
        Reading<List<String>> openDevices,
        Reading<Boolean> deviceAccess,
        Reading<Workload> workload,
        Reading<ProcessCuda> cuda) {

    public GpuHolder {
        requireNonNull(startTicks, "startTicks is null");
        requireNonNull(state, "state is null");
        requireNonNull(command, "command is null");
        requireNonNull(commandLine, "commandLine is null");
        requireNonNull(user, "user is null");
        requireNonNull(openDevices, "openDevices is null");
        requireNonNull(deviceAccess, "deviceAccess is null");
        requireNonNull(workload, "workload is null");
        requireNonNull(cuda, "cuda is null");
    }

    /** The workload where it is known. */
    public Optional<Workload> knownWorkload() {
        return workload.value();
    }
}
