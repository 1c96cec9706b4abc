package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is remembered of each GPU: a fixed number of points of the few quantities that change with time.
 *
 * <p>One point per {@code resolution} and GPU takes {@link #BYTES_PER_POINT}, one of a MIG device
 * {@link #BYTES_PER_MIG_POINT}, one of the last hour {@link #BYTES_PER_RECENT_POINT} more, for counters and what matters
 * lately only; a ring that is full forgets its oldest point. A GPU that has not been seen for the whole span is forgotten.
 * When the clock goes back, the GPU's history begins anew. Thread-safe; {@link #copy()} gives a snapshot.
 */
public final class SampleHistory {

    /** The quantities that are remembered. */
    public static final List<Quantity<? extends Number>> REMEMBERED = List.of(
            GpuQuantities.MEMORY_USED,
            GpuQuantities.UTILIZATION_GPU,
            GpuQuantities.TEMPERATURE_GPU,
            GpuQuantities.POWER_USAGE,
            GpuQuantities.CLOCK_EVENT_REASONS);

    /** Bytes of one point of one GPU: a time stamp, what is known of its processes, a double per remembered quantity. */
    public static final int BYTES_PER_POINT = Long.BYTES + Double.BYTES * (REMEMBERED.size() + 2);

    /** Bytes of one point of one MIG device: a time stamp and its used memory. */
    public static final int BYTES_PER_MIG_POINT = Long.BYTES + Double.BYTES;

    /** Bytes of one point of the last hour of one GPU. */
    public static final int BYTES_PER_RECENT_POINT = RecentHistory.BYTES_PER_POINT;

    private static final int PROCESSES = REMEMBERED.size();
    private static final int UNACCOUNTED = REMEMBERED.size() + 1;
    private static final int COLUMNS = REMEMBERED.size() + 2;

    private final Duration span;
    private final Duration resolution;
    private final Map<String, PointRing> rings = new LinkedHashMap<>();
    private final Map<String, PointRing> migRings = new LinkedHashMap<>();
    private final StuckProcesses stuck = new StuckProcesses();
    private final LinkFlaps flaps = new LinkFlaps();
    private final RecentHistory recent;

    /** A value at an instant. */
    public record Sample(Instant at, double value) {}

    /** By how much a counter grew, and over which time it was watched. */
    public record Increase(double amount, Duration over) {

        /** Growth in an hour at this pace. */
        public double perHour() {
            return amount * Duration.ofHours(1).toMillis() / over.toMillis();
        }

        public double perSecond() {
            return amount * 1000 / over.toMillis();
        }
    }

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
        recent = new RecentHistory(span, spacingMillis());
    }

    /** No history: what a command that runs once has. */
    public static SampleHistory none() {
        return new SampleHistory(Duration.ZERO, Duration.ofSeconds(1));
    }

    /** The most points that one GPU has; the timer's own jitter may bring a few more than span / resolution. */
    public int pointsPerGpu() {
        return Math.toIntExact(span.toMillis() / spacingMillis() + 1);
    }

    /** The most points that one GPU has of the last hour. */
    public int recentPointsPerGpu() {
        return recent.pointsPerGpu();
    }

    /** Bytes that the points of all GPUs take now. */
    public synchronized long bytes() {
        return Stream.concat(rings.values().stream(), migRings.values().stream())
                        .mapToLong(PointRing::bytes)
                        .sum()
                + recent.bytes();
    }

    /** Remembers a sample; one that comes sooner than the resolution after the last is left out. */
    public synchronized void add(NodeSample sample) {
        for (GpuSample gpu : sample.gpus()) {
            if (gpu.condition().isAnswering()) {
                add(gpu);
            }
        }
        stuck.see(sample);
        flaps.see(sample);
        long oldest = sample.takenAt().minus(span).toEpochMilli();
        Stream.of(rings, migRings)
                .forEach(map -> map.values().removeIf(ring -> {
                    ring.removeOlderThan(oldest);
                    return ring.size() == 0;
                }));
        recent.forgetBefore(sample.takenAt());
    }

    private void add(GpuSample gpu) {
        double[] point = new double[COLUMNS];
        for (int i = 0; i < PROCESSES; i++) {
            point[i] = gpu.value(REMEMBERED.get(i)).map(Number::doubleValue).orElse(Double.NaN);
        }
        point[PROCESSES] =
                gpu.processes().value().map(list -> (double) list.size()).orElse(Double.NaN);
        point[UNACCOUNTED] = ProcessMemory.unaccounted(gpu).orElse(Double.NaN);
        add(rings, gpu.identity().key(), gpu.takenAt(), point);
        recent.add(gpu);
        for (MigDevice device : gpu.migDevices().value().orElse(List.of())) {
            double used = device.readings()
                    .value(GpuQuantities.MEMORY_USED)
                    .map(Number::doubleValue)
                    .orElse(Double.NaN);
            add(migRings, migKey(gpu.identity(), device), gpu.takenAt(), new double[] {used});
        }
    }

    /** A MIG device that is made anew has a new UUID, so that its past is not taken for its predecessor's. */
    private static String migKey(GpuIdentity gpu, MigDevice device) {
        return device.readings()
                .value(GpuQuantities.MIG_UUID)
                .orElseGet(() -> gpu.key() + "/"
                        + device.readings()
                                .value(GpuQuantities.GPU_INSTANCE)
                                .map(String::valueOf)
                                .orElse("?")
                        + "/" + device.index());
    }

    private void add(Map<String, PointRing> into, String key, Instant takenAt, double[] point) {
        PointRing ring = into.computeIfAbsent(key, any -> new PointRing(pointsPerGpu(), point.length));
        long now = takenAt.toEpochMilli();
        if (ring.size() > 0 && now < ring.lastTime()) {
            ring.clear();
        }
        if (ring.size() > 0 && now - ring.lastTime() < spacingMillis()) {
            return;
        }
        ring.add(now, point);
    }

    /** A timer that fires a little early must not lose every other point: a tenth of the resolution is let pass. */
    private long spacingMillis() {
        return Math.max(1, resolution.toMillis() - resolution.toMillis() / 10);
    }

    /** The remembered values of one GPU since {@code from}, oldest first, without those that were not read. */
    public synchronized List<Sample> series(GpuIdentity gpu, Quantity<? extends Number> quantity, Instant from) {
        int column = REMEMBERED.indexOf(quantity);
        return column < 0 ? recent.series(gpu, quantity, from) : column(gpu, column, from);
    }

    /** By how much {@code counter} grew from {@code from} on, an hour at most; empty where it was not read twice. */
    public synchronized Optional<Increase> increase(GpuIdentity gpu, EventCounter counter, Instant from) {
        return recent.increase(gpu, counter, from);
    }

    /** Every quantity that {@link #series} knows; of some, the last hour at most. */
    public static List<Quantity<? extends Number>> quantities() {
        return Stream.concat(REMEMBERED.stream(), RecentHistory.QUANTITIES.stream())
                .toList();
    }

    /** For how long registration with the NVLink fabric has been under way without a break; zero when it is not. */
    public synchronized Duration fabricInProgress(GpuIdentity gpu, Instant now) {
        return recent.fabricInProgress(gpu, now);
    }

    /** The number of processes on one GPU since {@code from}, oldest first, where they could be listed. */
    public synchronized List<Sample> processCounts(GpuIdentity gpu, Instant from) {
        return column(gpu, PROCESSES, from);
    }

    /** Used memory that no listed process owns, in bytes, since {@code from}, oldest first, where that was known. */
    public synchronized List<Sample> unaccountedMemory(GpuIdentity gpu, Instant from) {
        return column(gpu, UNACCOUNTED, from);
    }

    /** Used memory of a MIG device, in bytes, since {@code from}, oldest first. */
    public synchronized List<Sample> usedMemory(GpuIdentity gpu, MigDevice device, Instant from) {
        return column(migRings.get(migKey(gpu, device)), 0, from);
    }

    /** Since when a holder of a GPU has been dead or stuck in the kernel; empty for one that is neither. */
    public synchronized Optional<Instant> stuckSince(GpuHolder holder) {
        return stuck.since(holder);
    }

    /** Since when NVML has listed a process that the host does not have; empty where the host has it. */
    public synchronized Optional<Instant> absentSince(long pid) {
        return stuck.absentSince(pid);
    }

    /** How often the link of a port went down in the last day, and how much of it is known; empty before two looks. */
    public synchronized Optional<Increase> linkDowns(InfinibandPort port, Instant now) {
        return flaps.of(port, now);
    }

    private List<Sample> column(GpuIdentity gpu, int column, Instant from) {
        return column(rings.get(gpu.key()), column, from);
    }

    static List<Sample> column(PointRing ring, int column, Instant from) {
        List<Sample> samples = new ArrayList<>();
        long oldest = from.isAfter(Instant.EPOCH) ? from.toEpochMilli() : Long.MIN_VALUE;
        for (int i = ring == null ? 0 : ring.firstSince(oldest); ring != null && i < ring.size(); i++) {
            double value = ring.value(i, column);
            if (!Double.isNaN(value)) {
                samples.add(new Sample(Instant.ofEpochMilli(ring.time(i)), value));
            }
        }
        return List.copyOf(samples);
    }

    /** How far back the history of this GPU reaches from {@code now}; empty when there is none. */
    public synchronized Optional<Duration> reach(GpuIdentity gpu, Instant now) {
        PointRing ring = rings.get(gpu.key());
        return ring == null || ring.size() == 0
                ? Optional.empty()
                : Optional.of(Duration.between(Instant.ofEpochMilli(ring.firstTime()), now));
    }

    /** A copy that later additions do not change. */
    public synchronized SampleHistory copy() {
        SampleHistory copy = new SampleHistory(span, resolution);
        rings.forEach((key, ring) -> copy.rings.put(key, ring.copy()));
        migRings.forEach((key, ring) -> copy.migRings.put(key, ring.copy()));
        copy.stuck.take(stuck);
        copy.flaps.take(flaps);
        copy.recent.take(recent);
        return copy;
    }
}
