package dev.gpudiag.telemetry;

import dev.gpudiag.telemetry.SampleHistory.Increase;
import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is remembered of each GPU for an hour at most: the growth of counters, and quantities that matter lately only.
 *
 * <p>Counters are watched at each sample, points are kept at the history's resolution. Not thread-safe.
 */
final class RecentHistory {

    static final List<Quantity<? extends Number>> QUANTITIES = List.of(
            GpuQuantities.CLOCK_SM,
            GpuQuantities.TEMPERATURE_MARGIN,
            GpuQuantities.PCIE_WIDTH,
            GpuQuantities.PCIE_GENERATION,
            GpuQuantities.PCIE_TRANSMIT,
            GpuQuantities.PCIE_RECEIVE);

    private static final Duration LONGEST = Duration.ofHours(1);
    private static final List<EventCounter> COUNTERS = List.of(EventCounter.values());
    private static final int FABRIC_COLUMN = QUANTITIES.size() + COUNTERS.size();
    private static final int COLUMNS = FABRIC_COLUMN + 1;
    private static final String FABRIC_IN_PROGRESS = "IN_PROGRESS";

    static final int BYTES_PER_POINT = Long.BYTES + Double.BYTES * COLUMNS;

    private final Duration span;
    private final long spacingMillis;
    private final Map<String, PointRing> rings = new LinkedHashMap<>();
    private final Map<String, Increases> increases = new LinkedHashMap<>();

    RecentHistory(Duration historySpan, long spacingMillis) {
        this.span = historySpan.compareTo(LONGEST) < 0 ? historySpan : LONGEST;
        this.spacingMillis = spacingMillis;
    }

    int pointsPerGpu() {
        return Math.toIntExact(span.toMillis() / spacingMillis + 1);
    }

    long bytes() {
        return rings.values().stream().mapToLong(PointRing::bytes).sum();
    }

    void add(GpuSample gpu) {
        String key = gpu.identity().key();
        Increases counters = increases.computeIfAbsent(key, any -> new Increases());
        counters.add(gpu);
        PointRing ring = rings.computeIfAbsent(key, any -> new PointRing(pointsPerGpu(), COLUMNS));
        long now = gpu.takenAt().toEpochMilli();
        if (ring.size() > 0 && now < ring.lastTime()) {
            ring.clear();
        }
        if (ring.size() == 0 || now - ring.lastTime() >= spacingMillis) {
            ring.add(now, point(gpu, counters));
        }
    }

    private static double[] point(GpuSample gpu, Increases counters) {
        double[] point = new double[COLUMNS];
        for (int i = 0; i < QUANTITIES.size(); i++) {
            point[i] = gpu.value(QUANTITIES.get(i)).map(Number::doubleValue).orElse(Double.NaN);
        }
        for (int i = 0; i < COUNTERS.size(); i++) {
            point[QUANTITIES.size() + i] = counters.total(COUNTERS.get(i));
        }
        point[FABRIC_COLUMN] = gpu.value(GpuQuantities.FABRIC_STATE)
                .map(state -> state.equals(FABRIC_IN_PROGRESS) ? 1.0 : 0.0)
                .orElse(Double.NaN);
        return point;
    }

    void forgetBefore(Instant now) {
        long oldest = now.minus(span).toEpochMilli();
        rings.values().removeIf(ring -> {
            ring.removeOlderThan(oldest);
            return ring.size() == 0;
        });
        increases.keySet().retainAll(rings.keySet());
    }

    List<Sample> series(GpuIdentity gpu, Quantity<? extends Number> quantity, Instant from) {
        int column = QUANTITIES.indexOf(quantity);
        if (column < 0) {
            throw new IllegalArgumentException(quantity + " is not remembered");
        }
        return SampleHistory.column(rings.get(gpu.key()), column, from);
    }

    Optional<Increase> increase(GpuIdentity gpu, EventCounter counter, Instant from) {
        List<Sample> totals =
                SampleHistory.column(rings.get(gpu.key()), QUANTITIES.size() + COUNTERS.indexOf(counter), from);
        if (totals.size() < 2) {
            return Optional.empty();
        }
        Sample first = totals.getFirst();
        Sample last = totals.getLast();
        return Optional.of(new Increase(last.value() - first.value(), Duration.between(first.at(), last.at())));
    }

    Duration fabricInProgress(GpuIdentity gpu, Instant now) {
        Duration since = Duration.ZERO;
        for (Sample state : SampleHistory.column(rings.get(gpu.key()), FABRIC_COLUMN, Instant.MIN)
                .reversed()) {
            if (state.value() == 0) {
                break;
            }
            since = Duration.between(state.at(), now);
        }
        return since;
    }

    /** Copies the points of {@code other}; growth goes on from them only in {@code other}. */
    void take(RecentHistory other) {
        other.rings.forEach((key, ring) -> rings.put(key, ring.copy()));
    }
}
