package dev.gpudiag.agent.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Readings;
import org.junit.jupiter.api.Test;

class LinkRateTest {

    private static final long SECOND = 1_000_000_000L;

    private final LinkRate rate = new LinkRate();

    @Test
    void aRateIsTheGrowthInBothDirectionsOverTime() {
        rate.after(counters(1000, 500), SECOND);

        assertThat(rate.after(counters(2000, 700), 3 * SECOND).value(GpuQuantities.NVLINK_RATE))
                .hasValue(600.0);
    }

    @Test
    void theFirstReadingAndCountersThatWentBackGiveNone() {
        assertThat(rate.after(counters(1000, 500), SECOND).contains(GpuQuantities.NVLINK_RATE))
                .isFalse();
        assertThat(rate.after(counters(10, 5), 2 * SECOND).contains(GpuQuantities.NVLINK_RATE))
                .isFalse();
        assertThat(rate.after(counters(20, 5), 3 * SECOND).value(GpuQuantities.NVLINK_RATE))
                .hasValue(10.0);
    }

    @Test
    void countersThatCannotBeReadGiveNoneNorDoesTheOneAfter() {
        rate.after(counters(1000, 500), SECOND);

        assertThat(rate.after(Readings.empty(), 2 * SECOND).contains(GpuQuantities.NVLINK_RATE))
                .isFalse();
        assertThat(rate.after(counters(3000, 500), 3 * SECOND).contains(GpuQuantities.NVLINK_RATE))
                .isFalse();
    }

    private static Readings counters(long sent, long received) {
        return Readings.builder()
                .put(GpuQuantities.NVLINK_TRANSMITTED, sent, "test")
                .put(GpuQuantities.NVLINK_RECEIVED, received, "test")
                .build();
    }
}
