package dev.gpudiag.agent.sampling;

import static dev.gpudiag.telemetry.GpuQuantities.CLOCK_EVENT_REASONS;
import static dev.gpudiag.telemetry.GpuQuantities.THROTTLED_HW_SLOWDOWN;
import static dev.gpudiag.telemetry.GpuQuantities.THROTTLED_HW_THERMAL;
import static dev.gpudiag.telemetry.GpuQuantities.VIOLATION_HW_THERMAL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.Readings;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ThrottledTimeTest {

    private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");
    private static final long HW_THERMAL = 0x48;

    private final ThrottledTime time = new ThrottledTime();
    private Readings last = Readings.empty();

    private void sample(long second, Long mask, Double counter) {
        Readings.Builder readings = Readings.builder();
        if (mask != null) {
            readings.put(CLOCK_EVENT_REASONS, mask, "test");
        }
        if (counter != null) {
            readings.put(VIOLATION_HW_THERMAL, counter, "driver");
        }
        last = time.after(readings.build(), START.plusSeconds(second));
    }

    @Test
    void withoutACounterOfTheDriverTimeIsSummedUp() {
        sample(0, 0L, null);
        sample(10, HW_THERMAL, null);
        sample(20, HW_THERMAL, null);
        sample(30, 0L, null);

        assertThat(last.value(THROTTLED_HW_THERMAL)).as("5 + 10 + 5 seconds").contains(20.0);
        assertThat(last.value(THROTTLED_HW_SLOWDOWN)).contains(20.0);
    }

    @Test
    void theDriversOwnCounterIsBetterThanASum() {
        sample(0, HW_THERMAL, 31.0);
        sample(10, HW_THERMAL, 35.5);

        assertThat(last.value(THROTTLED_HW_THERMAL)).contains(35.5);
        assertThat(last.get(THROTTLED_HW_THERMAL).source()).isEqualTo("driver");
        assertThat(last.value(THROTTLED_HW_SLOWDOWN))
                .as("the driver counts none")
                .contains(10.0);
    }

    @Test
    void aCounterThatCannotBeReadOnceIsAbsentAndNotReplacedByASum() {
        sample(0, HW_THERMAL, 31.0);
        sample(10, HW_THERMAL, null);

        assertThat(last.get(THROTTLED_HW_THERMAL).isPresent()).isFalse();
    }

    @Test
    void aCounterThatComesLateDoesNotMakeTheSumJump() {
        sample(0, HW_THERMAL, null);
        sample(10, HW_THERMAL, 9000.0);

        assertThat(last.value(THROTTLED_HW_THERMAL)).contains(10.0);
    }

    @Test
    void aGapIsNotCountedAndNeitherIsAClockThatGoesBack() {
        sample(0, HW_THERMAL, null);
        sample(3600, HW_THERMAL, null);
        sample(3590, HW_THERMAL, null);

        assertThat(last.value(THROTTLED_HW_THERMAL)).contains(0.0);
    }

    @Test
    void reasonsThatWereNeverReadGiveNoTime() {
        sample(0, null, null);

        assertThat(last.get(THROTTLED_HW_THERMAL).isPresent()).isFalse();
    }
}
