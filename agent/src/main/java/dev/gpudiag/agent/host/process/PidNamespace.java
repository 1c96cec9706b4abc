package dev.gpudiag.agent.host.process;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.telemetry.Gap;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;
import java.util.Optional;

/**
 * Whether {@code /proc} shows all processes of the host: NVML's pids are the host's, and in a container's own PID namespace
 * they name nobody, or somebody else.
 */
final class PidNamespace {

    private static final long KTHREADD = 2;

    private PidNamespace() {}

    /**
     * What is missing, if anything.
     *
     * @param unknown whether NVML names a process that is not in {@code /proc}
     */
    static Optional<Gap> gap(HostRoot root, boolean unknown) {
        boolean kernels = ProcessDirectory.isKernels(root);
        if (command(root, KTHREADD).equals(Optional.of("kthreadd")) || !(kernels || unknown)) {
            return Optional.empty();
        }
        if (kernels && !root.exists("/proc/1")) {
            return Optional.of(new Gap(
                    Reason.NO_PERMISSION,
                    "/proc",
                    "/proc is mounted with hidepid: processes of other users cannot be seen; run as root"));
        }
        return Optional.of(new Gap(
                Reason.NO_PERMISSION,
                "/proc/2/comm",
                "/proc shows the processes of one PID namespace, not the host's, whose numbers NVML uses: run the"
                        + " container with hostPID: true (docker run --pid=host)"));
    }

    private static Optional<String> command(HostRoot root, long pid) {
        try {
            return Optional.of(ProcessDirectory.of(root, pid).text("comm", 64).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
