package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.agent.sampling.DriverRelease;
import dev.gpudiag.agent.sampling.NodeSampler;
import dev.gpudiag.agent.source.LoggedSampler;
import dev.gpudiag.agent.source.SimulatedSource;
import dev.gpudiag.agent.timeline.AgentRun;
import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.SampleHistory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A sampler with what is known around it. */
record SampledNode(
        NodeSampler sampler,
        SampleHistory history,
        MemoryGrowth growth,
        Optional<Baseline> baseline,
        List<String> warnings)
        implements NodeSource {

    /** A node of which nothing was seen before. */
    SampledNode(NodeSampler sampler, Optional<Baseline> baseline, List<String> warnings) {
        this(sampler, SampleHistory.none(), MemoryGrowth.none(), baseline, warnings);
    }

    /** By which the driver is let go of; empty for a recording, which holds none. */
    Optional<DriverRelease> release() {
        return switch (sampler) {
            case SimulatedSource simulation -> Optional.of(simulation.release());
            case LoggedSampler live -> Optional.of(live.release());
            default -> Optional.empty();
        };
    }

    /**
     * The same for an agent: it goes on sampling, lets go of the driver for who needs it, and goes on with what an earlier agent
     * has kept. To be called before the first sample.
     */
    SampledNode ofAgent(KeptState state) {
        if (sampler instanceof SimulatedSource simulation) {
            simulation.watchXids();
            simulation.heedRequests();
            simulation.run();
            return this;
        }
        if (sampler instanceof LoggedSampler logged) {
            logged.watchXids();
            logged.heedRequests();
            logged.trace(state.trace());
            state.kernelEvents().ifPresent(logged::keep);
        }
        SampleHistory remembered = new SampleHistory(ProductSources.HISTORY_SPAN, ProductSources.HISTORY_RESOLUTION);
        MemoryGrowth followed = new MemoryGrowth(MemoryGrowth.LIMIT);
        List<String> all = new ArrayList<>(warnings);
        all.addAll(state.load(followed));
        return new SampledNode(sampler, remembered, followed, baseline, all);
    }

    /** Has samples of this machine tell how the agent before this one died. To be called before the first sample. */
    void recall(AgentRun.Died last) {
        if (sampler instanceof LoggedSampler logged) {
            logged.recall(last.at(), last.text());
        }
    }

    /** The time of its samples; a simulation has its own. */
    Supplier<Instant> clock() {
        return sampler instanceof SimulatedSource simulation ? simulation::now : Instant::now;
    }

    @Override
    public NodeSample sample(Duration timeout) {
        // half of the time for the driver: the rest is for judging and printing
        Duration wait = timeout.dividedBy(2);
        return sampler.sample(wait, wait);
    }

    @Override
    public NodeSample sample(Duration wait, Duration deadline) {
        return sampler.sample(wait, deadline);
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
    public void goOn() {
        if (sampler instanceof SimulatedSource simulation) {
            simulation.run();
        }
    }

    @Override
    public Optional<HostRoot> hostRoot() {
        return sampler instanceof SimulatedSource simulation ? Optional.of(simulation.hostRoot()) : Optional.empty();
    }

    @Override
    public void close() {
        sampler.close();
    }
}
