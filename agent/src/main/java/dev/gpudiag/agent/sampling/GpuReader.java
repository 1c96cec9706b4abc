package dev.gpudiag.agent.sampling;

import dev.gpudiag.nvml.Nvml;
import dev.gpudiag.nvml.NvmlDevice;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads one GPU, call by call, on the thread that asks; says at any time which call it is in.
 *
 * <p>What changes seldom is read when it is older than the slow interval and carried over in between. A GPU that says it is
 * lost, or must be reset, is asked nothing more in that round.
 */
final class GpuReader {

    private static final Duration SELDOM_INTERVAL = Duration.ofMinutes(10);

    private final NvmlDevice device;
    private final GpuIdentity identity;
    private final NodeClock clock;
    private final Consumer<String> trace;
    private final GpuFields fields;
    private final SampleBuffers buffers = new SampleBuffers();
    private final ThrottledTime throttled = new ThrottledTime();
    private final ProcessReader processes;
    private final LinkReader links;
    private final MigReader mig;
    private final Optional<PerformanceMonitor> monitor;
    private final LinkRate linkRate = new LinkRate();
    private Readings slow = Readings.empty();
    private List<Readings> nvlinks = List.of();
    private Reading<List<MigDevice>> migDevices = Reading.notRead("not read yet");
    private final Recurrence slowRead;
    private Readings seldom = Readings.empty();
    private final Recurrence seldomRead;
    private volatile String currentCall = "";

    /** @param monitored the library, where its performance monitor is read as well */
    GpuReader(
            NvmlDevice device,
            GpuIdentity identity,
            int driverBranch,
            Duration slowInterval,
            NodeClock clock,
            ProcessNames names,
            Consumer<String> trace,
            Optional<Nvml> monitored) {
        this.device = device;
        this.identity = identity;
        this.clock = clock;
        this.trace = trace;
        this.slowRead = new Recurrence(clock, slowInterval);
        this.seldomRead = new Recurrence(clock, SELDOM_INTERVAL);
        this.fields = new GpuFields(driverBranch);
        this.processes = new ProcessReader(device, this::enter, names);
        this.links = new LinkReader(device, this::enter);
        this.mig = new MigReader(device, this::enter);
        this.monitor = monitored.map(nvml -> new PerformanceMonitor(nvml, this::enter));
    }

    GpuIdentity identity() {
        return identity;
    }

    /** The call that it is in, or was in last. */
    String currentCall() {
        return currentCall;
    }

    private void enter(String function) {
        currentCall = function;
        trace.accept(function);
    }

    /** Reads the GPU; blocks for as long as the driver does. */
    GpuSample read() {
        Readings.Builder readings = Readings.builder();
        long startedNanos = System.nanoTime();
        if (slowRead.isDue()) {
            Optional<NvmlException> end = readSlow(readings);
            if (end.isPresent()) {
                return gone(readings.build(), end.get());
            }
            slow = readings.build();
            slowRead.mark();
        } else {
            readings.putAll(slow);
        }
        Optional<NvmlException> end = readRows(GpuRows.FAST, readings)
                .or(() -> readBuffers(readings))
                .or(() -> monitor.flatMap(performance -> performance.read(device, readings)));
        if (end.isPresent()) {
            return gone(readings.build(), end.get());
        }
        readings.putAll(throttled.after(readings.build(), Instant.EPOCH.plusNanos(clock.nanos())));
        Reading<List<ComputeProcess>> running = processes.read();
        // by the clock on the wall: what a simulation's clock says is not what anybody waited
        readings.put(GpuQuantities.READ_SECONDS, (System.nanoTime() - startedNanos) / 1e9, "gpudiag");
        return new GpuSample(
                identity, clock.instant(), GpuCondition.answering(), readings.build(), nvlinks, running, migDevices);
    }

    /** Gives back what the driver keeps for it; to be called when nobody reads. */
    void close() {
        monitor.ifPresent(PerformanceMonitor::close);
    }

    private Optional<NvmlException> readBuffers(Readings.Builder readings) {
        enter("nvmlDeviceGetSamples");
        return buffers.read(device, readings);
    }

    private Optional<NvmlException> readSlow(Readings.Builder readings) {
        Optional<NvmlException> end = readSeldom(readings).or(() -> readRows(GpuRows.SLOW, readings));
        if (end.isPresent()) {
            return end;
        }
        enter("nvmlDeviceGetFieldValues");
        end = fields.read(device, readings).filter(GpuReader::isTerminal);
        if (end.isPresent()) {
            return end;
        }
        Readings soFar = readings.build();
        readings.putAll(linkRate.after(soFar, clock.nanos()));
        nvlinks = links.read(soFar.value(GpuQuantities.NVLINK_COUNT));
        migDevices = mig.read(soFar.value(GpuQuantities.MIG_MODE).orElse(false));
        return Optional.empty();
    }

    private Optional<NvmlException> readSeldom(Readings.Builder readings) {
        if (!seldomRead.isDue()) {
            readings.putAll(seldom);
            return Optional.empty();
        }
        Readings.Builder read = Readings.builder();
        Optional<NvmlException> end = readRows(GpuRows.SELDOM, read);
        seldom = read.build();
        seldomRead.mark();
        readings.putAll(seldom);
        return end;
    }

    private Optional<NvmlException> readRows(List<GpuRow> rows, Readings.Builder readings) {
        for (GpuRow row : rows) {
            enter(row.function());
            Optional<NvmlException> failure = row.read(device, readings).filter(GpuReader::isTerminal);
            if (failure.isPresent()) {
                return failure;
            }
        }
        return Optional.empty();
    }

    private static boolean isTerminal(NvmlException e) {
        return NvmlReasons.isTerminal(e.code());
    }

    private GpuSample gone(Readings readings, NvmlException e) {
        slowRead.hasten();
        GpuCondition condition = condition(e);
        return new GpuSample(
                identity,
                clock.instant(),
                condition,
                readings,
                List.of(),
                Reading.notRead(condition.detail()),
                Reading.notRead(condition.detail()));
    }

    static GpuCondition condition(NvmlException e) {
        GpuCondition.State state = switch (e.code().code()) {
            case 15 -> GpuCondition.State.LOST;
            case 16 -> GpuCondition.State.RESET_REQUIRED;
            default -> GpuCondition.State.INACCESSIBLE;
        };
        return new GpuCondition(
                state, e.function() + ": " + e.code().text() + " (" + e.code().code() + ")");
    }
}
