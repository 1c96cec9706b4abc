package dev.gpudiag.agent.sampling;

import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.RdmaState;
import dev.gpudiag.telemetry.Reading;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Another sampler's samples with the node's network adapters, looked at once per interval on a thread of its own.
 *
 * <p>The first sample waits for the look; later ones have the newest that there is. An adapter that does not answer by the
 * deadline is told as that. Not thread-safe: one caller samples.
 */
public final class RdmaSampler implements NodeSampler {

    private final NodeSampler sampler;
    private final Supplier<RdmaState> look;
    private final Duration interval;
    private final InstantSource clock;
    private final SingleFlight<RdmaState> flight = new SingleFlight<>("gpudiag-rdma");
    private Optional<RdmaState> last = Optional.empty();
    private Instant startedAt = Instant.MIN;

    /** @param interval between two looks */
    public RdmaSampler(NodeSampler sampler, Supplier<RdmaState> look, Duration interval, InstantSource clock) {
        this.sampler = sampler;
        this.look = look;
        this.interval = interval;
        this.clock = clock;
    }

    @Override
    public NodeSample sample(Duration wait, Duration deadline) {
        Instant now = clock.instant();
        boolean due = now.isBefore(startedAt) || !now.isBefore(startedAt.plus(interval));
        if (due && flight.start(look::get)) {
            startedAt = now;
        }
        NodeSample sample = sampler.sample(wait, deadline);
        last = flight.await(last.isPresent() ? 0 : wait.toNanos()).or(() -> last);
        boolean late = flight.inFlight() && flight.sinceStart().compareTo(deadline) >= 0;
        return sample.withRdma(late ? late() : last.orElseGet(RdmaSampler::late));
    }

    private static RdmaState late() {
        return RdmaState.missing(Reading.Reason.TIMED_OUT, "the network adapters did not answer in time");
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
        flight.abandon();
        sampler.close();
    }
}
