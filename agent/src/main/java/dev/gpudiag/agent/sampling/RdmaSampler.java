package dev.gpudiag.agent.sampling;

import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.RdmaState;
import dev.gpudiag.telemetry.Reading;
import java.time.Duration;
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
    private final Recurrence turn;
    private final SingleFlight<RdmaState> flight = new SingleFlight<>("gpudiag-rdma");
    private Optional<RdmaState> last = Optional.empty();

    /** @param interval between two looks */
    public RdmaSampler(NodeSampler sampler, Supplier<RdmaState> look, Duration interval, NodeClock clock) {
        this.sampler = sampler;
        this.look = look;
        this.turn = new Recurrence(clock, interval);
    }

    @Override
    public NodeSample sample(Duration wait, Duration deadline) {
        if (turn.isDue() && flight.start(look::get)) {
            turn.mark();
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
