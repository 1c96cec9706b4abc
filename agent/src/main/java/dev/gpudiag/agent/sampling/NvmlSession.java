package dev.gpudiag.agent.sampling;

import dev.gpudiag.checks.kernellog.LoggedEvent;
import dev.gpudiag.nvml.Nvml;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One opening of NVML, from nvmlInit to nvmlShutdown: its GPUs, the watch for Xids, and everything that has to come back
 * from the driver before it can be let go of.
 *
 * <p>A refused opening is a session as well, of no GPU. Not thread-safe: one caller samples.
 */
final class NvmlSession {

    private final NvmlConnection connection;
    private final List<GpuSlot> slots;
    private final Setting setting;
    private Optional<XidWatch> xidWatch = Optional.empty();
    private final SingleFlight<OptionalInt> count = new SingleFlight<>("gpudiag-nvml-count");
    private final Recurrence counting;
    private final Thread closing = new Thread(this::closeAll, "gpudiag-nvml-shutdown");

    /** What every session of a sampler is given. */
    record Setting(Duration slowInterval, NodeClock clock, ProcessNames names, CallTrace trace, boolean performance) {
        Setting withTrace(CallTrace told) {
            return new Setting(slowInterval, clock, names, told, performance);
        }

        Setting withPerformance() {
            return new Setting(slowInterval, clock, names, trace, true);
        }
    }

    NvmlSession(NvmlConnection connection, Setting setting, Optional<Consumer<LoggedEvent>> xidListener) {
        this.connection = connection;
        this.setting = setting;
        this.slots = connection.nvml().stream()
                .flatMap(nvml ->
                        IntStream.range(0, connection.gpuCount()).mapToObj(index -> new GpuSlot(nvml, index, setting)))
                .toList();
        xidListener.ifPresent(this::watchXids);
        this.counting = new Recurrence(setting.clock(), setting.slowInterval());
        counting.mark();
        closing.setDaemon(true);
    }

    /** Has the Xids told from now on; once. */
    void watchXids(Consumer<LoggedEvent> listener) {
        xidWatch =
                connection.nvml().map(nvml -> XidWatch.start(nvml, connection.gpuCount(), setting.clock(), listener));
    }

    Reading<Boolean> state() {
        return connection.state();
    }

    Readings readings() {
        return connection.readings();
    }

    boolean isOpen() {
        return connection.nvml().isPresent();
    }

    int gpuCount() {
        return slots.size();
    }

    List<GpuSample> gpus(long until, Duration deadline) {
        slots.forEach(GpuSlot::start);
        List<GpuSample> gpus = new ArrayList<>();
        slots.forEach(slot -> gpus.add(slot.await(until - System.nanoTime(), deadline)));
        return gpus;
    }

    List<GpuIdentity> identities() {
        return slots.stream().map(GpuSlot::identity).toList();
    }

    /** Whether NVML counts other GPUs than when it was opened; asked once per slow interval, and not waited for. */
    boolean countHasChanged() {
        Optional<OptionalInt> counted = count.harvest();
        connection.nvml().filter(nvml -> counting.isDue()).ifPresent(nvml -> {
            if (count.start(() -> count(nvml))) {
                counting.mark();
            }
        });
        return counted.filter(OptionalInt::isPresent)
                .filter(now -> now.getAsInt() != connection.gpuCount())
                .isPresent();
    }

    private static OptionalInt count(Nvml nvml) {
        try {
            return OptionalInt.of(nvml.deviceCount());
        } catch (NvmlException e) {
            return OptionalInt.empty();
        }
    }

    void excuse(Duration standstill) {
        slots.forEach(slot -> slot.excuse(standstill));
        count.excuse(standstill);
    }

    /**
     * Begins to let go, once, and waits a moment for it. nvmlShutdown under a call that does not return would not return
     * either, so that a thread waits for every call first, for as long as it takes.
     */
    void close(Duration wait) {
        if (closing.getState() == Thread.State.NEW) {
            closing.start();
        }
        try {
            closing.join(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeAll() {
        xidWatch.ifPresent(XidWatch::stop);
        slots.forEach(GpuSlot::close);
        count.close();
        xidWatch.ifPresent(XidWatch::close);
        connection.nvml().ifPresent(Nvml::close);
    }

    boolean isClosed() {
        return closing.getState() == Thread.State.TERMINATED;
    }

    /** The call that keeps it from being closed. */
    String waitsFor() {
        Stream<String> gpus = slots.stream().map(GpuSlot::inFlight).flatMap(Optional::stream);
        Stream<String> node = count.inFlight() ? Stream.of("nvmlDeviceGetCount_v2") : Stream.empty();
        Stream<String> events = xidWatch.flatMap(XidWatch::inFlight).stream();
        return Stream.of(gpus, node, events).flatMap(calls -> calls).findFirst().orElse("nvmlShutdown");
    }
}
