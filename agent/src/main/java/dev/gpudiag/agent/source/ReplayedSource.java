package dev.gpudiag.agent.source;

import dev.gpudiag.agent.sampling.NodeSampler;
import dev.gpudiag.telemetry.NodeSample;
import java.time.Duration;

/** A recording: always the same sample. */
public record ReplayedSource(NodeSample sample) implements NodeSampler {

    @Override
    public NodeSample sample(Duration wait, Duration deadline) {
        return sample;
    }

    @Override
    public void close() {}
}
