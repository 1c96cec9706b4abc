package dev.gpudiag.agent.sampling;

import dev.gpudiag.agent.host.process.HostProcesses;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Another sampler's samples with the host's processes, looked at once per interval on a thread of its own.
 *
 * <p>The first sample waits for the look, which goes on while the driver is asked; later ones have the newest that there
 * is and wait for none. Not thread-safe: one caller samples.
 */
public final class ProcessSampler implements NodeSampler {

    private final NodeSampler sampler;
    private final HostProcesses processes;
    private final Recurrence look;
    private final SingleFlight<HostSample> flight = new SingleFlight<>("gpudiag-host");
    private Optional<HostSample> last = Optional.empty();

    /** @param interval between two looks */
    public ProcessSampler(NodeSampler sampler, HostProcesses processes, Duration interval, NodeClock clock) {
        this.sampler = sampler;
        this.processes = processes;
        this.look = new Recurrence(clock, interval);
    }

    @Override
    public NodeSample sample(Duration wait, Duration deadline) {
        boolean due = !flight.inFlight() && look.isDue();
        if (due) {
            look.mark();
            processes.begin();
        }
        NodeSample sample = sampler.sample(wait, deadline);
        if (due) {
            Set<Long> listed = listed(sample);
            flight.start(() -> processes.look(listed, deadline));
        }
        last = flight.await(last.isPresent() ? 0 : wait.toNanos()).or(() -> last);
        return sample.withHost(last.orElseGet(ProcessSampler::late));
    }

    private static Set<Long> listed(NodeSample sample) {
        return sample.gpus().stream()
                .flatMap(gpu -> gpu.processes().value().orElse(List.of()).stream())
                .map(ComputeProcess::pid)
                .collect(Collectors.toSet());
    }

    private static HostSample late() {
        return new HostSample(
                Reading.missing(Reason.TIMED_OUT, "/proc", "the processes were not read in time"),
                Reading.notRead("kubelet was not read"));
    }

    @Override
    public Optional<GpuHolder> process(long pid, Duration within) {
        return flight.inFlight() ? Optional.empty() : processes.process(pid, within);
    }

    @Override
    public void close() {
        flight.abandon();
        sampler.close();
    }
}
