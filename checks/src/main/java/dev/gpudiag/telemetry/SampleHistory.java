package dev.gpudiag.telemetry;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is remembered of each GPU: a fixed number of points of the few quantities that change with time.
 *
 * <p>One point per {@code resolution} and GPU takes 16 bytes for each of {@link #REMEMBERED}; a ring that is full forgets
 * its oldest point. A GPU that has not been seen for the whole span is forgotten. One writer; {@link #copy()} gives
 * readers a snapshot.
 */
public final class SampleHistory {

    /** The quantities that are remembered. */
    public static final List<Quantity<? extends Number>> REMEMBERED = List.of(
            GpuQuantities.MEMORY_USED,
            GpuQuantities.UTILIZATION_GPU,
            GpuQuantities.TEMPERATURE_GPU,
            GpuQuantities.POWER_USAGE,
            GpuQuantities.CLOCK_EVENT_REASONS);

    /** Bytes of one point of one GPU: a time stamp, a process count and a double per remembered quantity. */
    public static final int BYTES_PER_POINT = Long.BYTES + Double.BYTES * (REMEMBERED.size() + 1);

    private final Duration span;
    private final Duration resolution;
    private final Map<String, Deque<Point>> points = new LinkedHashMap<>();

    private static final class Point {
        private final Instant at;
        private final double[] values;
        private final int processes;

        Point(Instant at, double[] values, int processes) {
            this.at = at;
            this.values = values;
            this.processes = processes;
        }
    }

    /** A value at an instant. */
    public record Sample(Instant at, double value) {}

    public SampleHistory(Duration span, Duration resolution) {
        this.span = span;
        this.resolution = resolution;
    }

    /** No history: what a command that runs once has. */
    public static SampleHistory none() {
        return new SampleHistory(Duration.ZERO, Duration.ofSeconds(1));
    }

    /** Remembers a sample; one that comes sooner than the resolution after the last is left out. */
    public void add(NodeSample sample) {
        for (GpuSample gpu : sample.gpus()) {
            if (gpu.condition().isAnswering()) {
                add(gpu);
            }
        }
        Instant oldest = sample.takenAt().minus(span);
        Iterator<Deque<Point>> series = points.values().iterator();
        while (series.hasNext()) {
            Deque<Point> deque = series.next();
            while (!deque.isEmpty() && deque.peekFirst().at.isBefore(oldest)) {
                deque.removeFirst();
            }
            if (deque.isEmpty()) {
                series.remove();
            }
        }
    }

    private void add(GpuSample gpu) {
        Deque<Point> deque = points.computeIfAbsent(gpu.identity().key(), key -> new ArrayDeque<>());
        Point last = deque.peekLast();
        if (last != null && gpu.takenAt().isBefore(last.at.plus(resolution))) {
            return;
        }
        double[] values = new double[REMEMBERED.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = gpu.value(REMEMBERED.get(i)).map(Number::doubleValue).orElse(Double.NaN);
        }
        int processes = gpu.processes().value().map(List::size).orElse(-1);
        deque.addLast(new Point(gpu.takenAt(), values, processes));
    }

    /** The remembered values of one GPU since {@code from}, oldest first, without those that were not read. */
    public List<Sample> series(GpuIdentity gpu, Quantity<? extends Number> quantity, Instant from) {
        int column = REMEMBERED.indexOf(quantity);
        if (column < 0) {
            throw new IllegalArgumentException(quantity + " is not remembered");
        }
        return window(gpu, from)
                .filter(point -> !Double.isNaN(point.values[column]))
                .map(point -> new Sample(point.at, point.values[column]))
                .toList();
    }

    /** The number of processes on one GPU since {@code from}, oldest first, where they could be listed. */
    public List<Sample> processCounts(GpuIdentity gpu, Instant from) {
        return window(gpu, from)
                .filter(point -> point.processes >= 0)
                .map(point -> new Sample(point.at, point.processes))
                .toList();
    }

    private java.util.stream.Stream<Point> window(GpuIdentity gpu, Instant from) {
        return points.getOrDefault(gpu.key(), new ArrayDeque<>()).stream().filter(point -> !point.at.isBefore(from));
    }

    /** How far back the history of this GPU reaches from {@code now}; empty when there is none. */
    public Optional<Duration> reach(GpuIdentity gpu, Instant now) {
        Deque<Point> deque = points.get(gpu.key());
        return deque == null || deque.isEmpty()
                ? Optional.empty()
                : Optional.of(Duration.between(deque.peekFirst().at, now));
    }

    /** A copy that later additions do not change. */
    public SampleHistory copy() {
        SampleHistory copy = new SampleHistory(span, resolution);
        new HashMap<>(points).forEach((key, deque) -> copy.points.put(key, new ArrayDeque<>(deque)));
        return copy;
    }
}
