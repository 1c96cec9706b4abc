package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is remembered of each GPU: a fixed number of points of the few quantities that change with time.
 *
 * <p>One point per {@code resolution} and GPU takes {@link #BYTES_PER_POINT}; a ring that is full forgets its oldest
 * point. A GPU that has not been seen for the whole span is forgotten. When the clock goes back, the GPU's history begins
 * anew. One writer; {@link #copy()} gives readers a snapshot.
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

    private static final int PROCESSES = REMEMBERED.size();
    private static final int COLUMNS = REMEMBERED.size() + 1;

    private final Duration span;
    private final Duration resolution;
    private final Map<String, PointRing> rings = new LinkedHashMap<>();

    /** A value at an instant. */
    public record Sample(Instant at, double value) {}

    /**
     * @param span how far back it reaches
     * @param resolution the least time between two points
     */
    public SampleHistory(Duration span, Duration resolution) {
        requireNonNull(span, "span is null");
        requireNonNull(resolution, "resolution is null");
        if (span.isNegative()) {
            throw new IllegalArgumentException("span is negative");
        }
        if (resolution.toMillis() <= 0) {
            throw new IllegalArgumentException("resolution is less than a millisecond");
        }
        this.span = span;
        this.resolution = resolution;
    }

    /** No history: what a command that runs once has. */
    public static SampleHistory none() {
        return new SampleHistory(Duration.ZERO, Duration.ofSeconds(1));
    }

    /** The most points that one GPU has; the timer's own jitter may bring a few more than span / resolution. */
    public int pointsPerGpu() {
        return Math.toIntExact(span.toMillis() / spacingMillis() + 1);
    }

    /** Bytes that the points of all GPUs take now. */
    public long bytes() {
        return rings.values().stream().mapToLong(PointRing::bytes).sum();
    }

    /** Remembers a sample; one that comes sooner than the resolution after the last is left out. */
    public void add(NodeSample sample) {
        for (GpuSample gpu : sample.gpus()) {
            if (gpu.condition().isAnswering()) {
                add(gpu);
            }
        }
        long oldest = sample.takenAt().minus(span).toEpochMilli();
        rings.values().removeIf(ring -> {
            ring.removeOlderThan(oldest);
            return ring.size() == 0;
        });
    }

    private void add(GpuSample gpu) {
        PointRing ring = rings.computeIfAbsent(gpu.identity().key(), key -> new PointRing(pointsPerGpu(), COLUMNS));
        long now = gpu.takenAt().toEpochMilli();
        if (ring.size() > 0 && now < ring.lastTime()) {
            ring.clear();
        }
        if (ring.size() > 0 && now - ring.lastTime() < spacingMillis()) {
            return;
        }
        double[] point = new double[COLUMNS];
        for (int i = 0; i < PROCESSES; i++) {
            point[i] = gpu.value(REMEMBERED.get(i)).map(Number::doubleValue).orElse(Double.NaN);
        }
        point[PROCESSES] =
                gpu.processes().value().map(list -> (double) list.size()).orElse(Double.NaN);
        ring.add(now, point);
    }

    /** A timer that fires a little early must not lose every other point: a tenth of the resolution is let pass. */
    private long spacingMillis() {
        return Math.max(1, resolution.toMillis() - resolution.toMillis() / 10);
    }

    /** The remembered values of one GPU since {@code from}, oldest first, without those that were not read. */
    public List<Sample> series(GpuIdentity gpu, Quantity<? extends Number> quantity, Instant from) {
        int column = REMEMBERED.indexOf(quantity);
        if (column < 0) {
            throw new IllegalArgumentException(quantity + " is not remembered");
        }
        return column(gpu, column, from);
    }

    /** The number of processes on one GPU since {@code from}, oldest first, where they could be listed. */
    public List<Sample> processCounts(GpuIdentity gpu, Instant from) {
        return column(gpu, PROCESSES, from);
    }

    private List<Sample> column(GpuIdentity gpu, int column, Instant from) {
        PointRing ring = rings.get(gpu.key());
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; ring != null && i < ring.size(); i++) {
            Instant at = Instant.ofEpochMilli(ring.time(i));
            double value = ring.value(i, column);
            if (!at.isBefore(from) && !Double.isNaN(value)) {
                samples.add(new Sample(at, value));
            }
        }
        return List.copyOf(samples);
    }

    /** How far back the history of this GPU reaches from {@code now}; empty when there is none. */
    public Optional<Duration> reach(GpuIdentity gpu, Instant now) {
        PointRing ring = rings.get(gpu.key());
        return ring == null || ring.size() == 0
                ? Optional.empty()
                : Optional.of(Duration.between(Instant.ofEpochMilli(ring.firstTime()), now));
    }

    /** A copy that later additions do not change. */
    public SampleHistory copy() {
        SampleHistory copy = new SampleHistory(span, resolution);
        rings.forEach((key, ring) -> copy.rings.put(key, ring.copy()));
        return copy;
    }
}
