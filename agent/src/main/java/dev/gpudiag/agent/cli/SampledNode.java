package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.sampling.NodeSampler;
import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.SampleHistory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A sampler with what is known around it. */
record SampledNode(NodeSampler sampler, SampleHistory history, Optional<Baseline> baseline, List<String> warnings)
        implements NodeSource {

    @Override
    public NodeSample sample(Duration timeout) {
        // half of the time for the driver: the rest is for judging and printing
        Duration wait = timeout.dividedBy(2);
        return sampler.sample(wait, wait);
    }

    @Override
    public Reading<KernelLog> kernelLog() {
        return sampler.kernelLog();
    }

    @Override
    public Optional<GpuHolder> process(long pid, Duration within) {
        return sampler.process(pid, within);
    }

    @Override
    public void close() {
        sampler.close();
    }
}
