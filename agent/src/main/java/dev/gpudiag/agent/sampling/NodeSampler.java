package dev.gpudiag.agent.sampling;

import dev.gpudiag.telemetry.NodeSample;
import java.time.Duration;

/** Gives samples of one node; comes back by the deadline whatever the driver does. */
public interface NodeSampler extends AutoCloseable {

    /**
     * The node now.
     *
     * @param wait how long to wait for GPUs that are slow to answer
     * @param deadline after how long without an answer a GPU counts as unresponsive; before that its last sample stands
     */
    NodeSample sample(Duration wait, Duration deadline);

    @Override
    void close();
}
