package dev.gpudiag.agent.sampling;

import dev.gpudiag.telemetry.ClockEventReason;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * For how long the clocks of one GPU were held down, by reason.
 *
 * <p>The driver's own counter where it has one; else a sum over the samples, in which a reason that holds at one of two
 * samples counts for half of the time between them, and a gap of over a minute for nothing. The one that is there first
 * is kept to, so that a counter never jumps. Not thread-safe.
 */
final class ThrottledTime {

    private static final Duration LONGEST_GAP = Duration.ofMinutes(1);
    private static final double NANOS_PER_SECOND = 1e9;

    private enum Way {
        UNDECIDED,
        DRIVER,
        SUM
    }

    private static final class Reason {
        private final ClockEventReason bit;
        private final Optional<Quantity<Double>> counter;
        private final Quantity<Double> total;
        private Way way = Way.UNDECIDED;
        private double seconds;

        Reason(ClockEventReason bit, Quantity<Double> counter, Quantity<Double> total) {
            this.bit = bit;
            this.counter = Optional.ofNullable(counter);
            this.total = total;
        }
    }

    private final List<Reason> reasons = List.of(
            new Reason(ClockEventReason.SW_POWER_CAP, GpuQuantities.VIOLATION_POWER, GpuQuantities.THROTTLED_POWER_CAP),
            new Reason(
                    ClockEventReason.SYNC_BOOST,
                    GpuQuantities.VIOLATION_SYNC_BOOST,
                    GpuQuantities.THROTTLED_SYNC_BOOST),
            new Reason(
                    ClockEventReason.SW_THERMAL_SLOWDOWN,
                    GpuQuantities.VIOLATION_SW_THERMAL,
                    GpuQuantities.THROTTLED_SW_THERMAL),
            new Reason(
                    ClockEventReason.HW_THERMAL_SLOWDOWN,
                    GpuQuantities.VIOLATION_HW_THERMAL,
                    GpuQuantities.THROTTLED_HW_THERMAL),
            new Reason(
                    ClockEventReason.HW_POWER_BRAKE_SLOWDOWN,
                    GpuQuantities.VIOLATION_HW_POWER_BRAKE,
                    GpuQuantities.THROTTLED_POWER_BRAKE),
            new Reason(ClockEventReason.HW_SLOWDOWN, null, GpuQuantities.THROTTLED_HW_SLOWDOWN));

    private Optional<Long> before = Optional.empty();
    private Instant beforeAt = Instant.MIN;

    /**
     * What is known after one more sample of the GPU.
     *
     * @param at by a clock that does not jump
     */
    Readings after(Readings sample, Instant at) {
        Optional<Long> now = sample.value(GpuQuantities.CLOCK_EVENT_REASONS);
        double between = between(at);
        Readings.Builder totals = Readings.builder();
        for (Reason reason : reasons) {
            Reading<Double> counted = reason.counter.map(sample::get).orElseGet(() -> Reading.notRead("no counter"));
            if (reason.way == Way.UNDECIDED) {
                reason.way = counted.isPresent() ? Way.DRIVER : now.isPresent() ? Way.SUM : Way.UNDECIDED;
            }
            if (reason.way == Way.SUM) {
                reason.seconds += between * (share(before, reason.bit) + share(now, reason.bit)) / 2;
                totals.put(reason.total, reason.seconds, "sum over clock_event_reasons");
            } else {
                totals.put(reason.total, counted);
            }
        }
        before = now;
        beforeAt = at;
        return totals.build();
    }

    private double between(Instant at) {
        if (before.isEmpty() || !at.isAfter(beforeAt)) {
            return 0;
        }
        Duration gap = Duration.between(beforeAt, at);
        return gap.compareTo(LONGEST_GAP) > 0 ? 0 : gap.toNanos() / NANOS_PER_SECOND;
    }

    private static int share(Optional<Long> mask, ClockEventReason reason) {
        return mask.filter(bits -> (bits & reason.bit()) != 0).isPresent() ? 1 : 0;
    }
}
