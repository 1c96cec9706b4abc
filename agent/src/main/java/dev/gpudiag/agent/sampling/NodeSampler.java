package dev.gpudiag.agent.sampling;

import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import java.time.Duration;
import java.util.Optional;

/** Gives samples of one node; comes back by the deadline whatever the driver does. */
public interface NodeSampler extends AutoCloseable {

    /**
     * The node now.
     *
     * @param wait how long to wait for GPUs that are slow to answer
     * @param deadline after how long without an answer a GPU counts as unresponsive; before that its last sample stands
     */
    NodeSample sample(Duration wait, Duration deadline);

    /** What the kernel log says until now, or why nobody reads it here; never waits. */
    default Reading<KernelLog> kernelLog() {
        return Reading.notRead("there is no kernel log beside these samples");
    }

    /**
     * One process as the host shows it, whether it holds a GPU or not; empty where the host's processes are not looked at.
     * To be asked after a sample.
     */
    default Optional<GpuHolder> process(long pid, Duration within) {
        return Optional.empty();
    }

    @Override
    void close();
}
