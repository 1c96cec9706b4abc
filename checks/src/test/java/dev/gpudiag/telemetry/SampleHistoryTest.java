package dev.gpudiag.telemetry;

import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_USED;
import static dev.gpudiag.telemetry.GpuQuantities.NVLINK_REPLAYS;
import static dev.gpudiag.telemetry.GpuQuantities.PCIE_REPLAYS;
import static dev.gpudiag.telemetry.GpuQuantities.POWER_USAGE;
import static dev.gpudiag.telemetry.GpuQuantities.TEMPERATURE_GPU;
import static dev.gpudiag.telemetry.GpuSamples.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SampleHistoryTest {

    private static final GpuIdentity GPU = GpuSamples.h100(0).build().identity();

    private final SampleHistory history = new SampleHistory(Duration.ofMinutes(10), Duration.ofSeconds(10));

    private static NodeSample sample(Instant at, double celsius) {
        return NodeSamples.working()
                .at(at)
                .gpu(GpuSamples.h100(0).at(at).with(TEMPERATURE_GPU, celsius).build())
                .build();
    }

    private static NodeSample sample(long second) {
        return sample(NOW.plusSeconds(second), (double) second);
    }

    private List<Double> values() {
        return history.series(GPU, TEMPERATURE_GPU, Instant.MIN).stream()
                .map(Sample::value)
                .toList();
    }

    @Test
    void samplesSoonerThanTheResolutionAreLeftOut() {
        for (int second = 0; second <= 30; second++) {
            history.add(sample(second));
        }

        assertThat(values()).containsExactly(0.0, 9.0, 18.0, 27.0);
    }

    @Test
    void aTimerThatFiresALittleEarlyLosesNoPoint() {
        for (int i = 0; i < 5; i++) {
            history.add(sample(NOW.plusMillis(9_990L * i), i));
        }

        assertThat(values()).containsExactly(0.0, 1.0, 2.0, 3.0, 4.0);
    }

    @Test
    void pointsOlderThanTheSpanAreForgotten() {
        for (int second = 0; second <= 3600; second += 10) {
            history.add(sample(second));
        }

        assertThat(values()).hasSize(61).startsWith(3000.0).endsWith(3600.0);
        assertThat(history.reach(GPU, NOW.plusSeconds(3600))).contains(Duration.ofMinutes(10));
    }

    @Test
    void theBytesOfOneGpuAreBoundedByTheStatedBytesPerPoint() {
        for (int second = 0; second <= 36_000; second++) {
            history.add(sample(second));
        }

        assertThat(history.bytes()).isPositive().isLessThanOrEqualTo(bound());
    }

    @Test
    void aStormOfSamplesWithinOneSpanStaysWithinTheBound() {
        for (int i = 0; i < 20_000; i++) {
            history.add(sample(NOW.plusMillis(9_000L * i / 100), i));
        }

        assertThat(values()).hasSizeLessThanOrEqualTo(history.pointsPerGpu());
        assertThat(history.bytes()).isLessThanOrEqualTo(bound());
    }

    private long bound() {
        return (long) history.pointsPerGpu() * SampleHistory.BYTES_PER_POINT
                + (long) history.recentPointsPerGpu() * SampleHistory.BYTES_PER_RECENT_POINT;
    }

    private void replays(long second, long count) {
        Instant at = NOW.plusSeconds(second);
        history.add(NodeSamples.working()
                .at(at)
                .gpu(GpuSamples.h100(0).at(at).with(PCIE_REPLAYS, count).build())
                .build());
    }

    private void links(long second, Long... replays) {
        Instant at = NOW.plusSeconds(second);
        history.add(NodeSamples.working()
                .at(at)
                .gpu(GpuSamples.h100(0)
                        .at(at)
                        .linkCounters(NVLINK_REPLAYS, replays)
                        .build())
                .build());
    }

    @Test
    void aCounterIsRememberedByItsGrowthBetweenPointsToo() {
        replays(0, 100);
        replays(3, 104);
        replays(10, 107);

        SampleHistory.Increase increase =
                history.increase(GPU, EventCounter.PCIE_REPLAYS, NOW).orElseThrow();

        assertThat(increase).isEqualTo(new SampleHistory.Increase(7, Duration.ofSeconds(10)));
        assertThat(increase.perHour()).isEqualTo(2520);
        assertThat(increase.perSecond()).isEqualTo(0.7);
    }

    @Test
    void aCounterThatIsResetIsNotTakenForErrors() {
        replays(0, 4_000_000_000L);
        replays(10, 3);
        replays(20, 5);

        assertThat(history.increase(GPU, EventCounter.PCIE_REPLAYS, NOW))
                .contains(new SampleHistory.Increase(2, Duration.ofSeconds(20)));
    }

    @Test
    void aLinkThatComesBackCountsOnFromWhereItWas() {
        links(0, 10L, 500L);
        links(10, 10L, null);
        links(20, 11L, 502L);

        assertThat(history.increase(GPU, EventCounter.NVLINK_REPLAYS, NOW))
                .contains(new SampleHistory.Increase(3, Duration.ofSeconds(20)));
    }

    @Test
    void aLinkThatIsSeenForTheFirstTimeBringsNoErrors() {
        links(0, 10L);
        links(10, 10L, 900L);

        assertThat(history.increase(GPU, EventCounter.NVLINK_REPLAYS, NOW)
                        .orElseThrow()
                        .amount())
                .isZero();
    }

    @Test
    void aCounterThatWasReadOnceOrNeverHasNoGrowth() {
        replays(0, 100);

        assertThat(history.increase(GPU, EventCounter.PCIE_REPLAYS, NOW)).isEmpty();
        assertThat(history.increase(GPU, EventCounter.ECC_CORRECTED, NOW)).isEmpty();
    }

    @Test
    void fabricRegistrationIsTimedFromItsLastStart() {
        String[] states = {"IN_PROGRESS", "COMPLETED", "IN_PROGRESS", "IN_PROGRESS"};
        for (int i = 0; i < states.length; i++) {
            Instant at = NOW.plusSeconds(10L * i);
            history.add(NodeSamples.working()
                    .at(at)
                    .gpu(GpuSamples.h100(0)
                            .at(at)
                            .with(GpuQuantities.FABRIC_STATE, states[i])
                            .build())
                    .build());
        }

        assertThat(history.fabricInProgress(GPU, NOW.plusSeconds(30))).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void aGpuThatHasNotBeenSeenForTheSpanIsForgotten() {
        history.add(sample(0));

        history.add(NodeSamples.working().at(NOW.plusSeconds(601)).build());

        assertThat(history.reach(GPU, NOW.plusSeconds(601))).isEmpty();
        assertThat(history.bytes()).isZero();
    }

    @Test
    void aGpuThatDoesNotAnswerAddsNoPoint() {
        GpuSample lost =
                GpuSamples.h100(0).condition(GpuCondition.State.LOST, "rc 15").build();

        history.add(NodeSamples.working().gpu(lost).build());

        assertThat(history.reach(GPU, NOW)).isEmpty();
    }

    @Test
    void aClockThatGoesBackBeginsAnew() {
        history.add(sample(100));
        history.add(sample(200));

        history.add(sample(-3600));
        history.add(sample(-3590));

        assertThat(values()).containsExactly(-3600.0, -3590.0);
    }

    @Test
    void aClockThatJumpsAheadForgetsWhatIsTooOld() {
        history.add(sample(0));

        history.add(sample(86_400));

        assertThat(values()).containsExactly(86_400.0);
    }

    @Test
    void aValueThatWasNotReadIsNoPointOfItsSeries() {
        history.add(sample(0));

        assertThat(history.series(GPU, POWER_USAGE, Instant.MIN)).isEmpty();
        assertThat(history.series(GPU, MEMORY_USED, Instant.MIN)).hasSize(1);
    }

    @Test
    void processesThatCannotBeListedAreNotCountedAsNone() {
        history.add(NodeSamples.working()
                .gpu(GpuSamples.h100(0).processesUnknown().build())
                .build());
        history.add(NodeSamples.working()
                .at(NOW.plusSeconds(10))
                .gpu(GpuSamples.h100(0).at(NOW.plusSeconds(10)).processes(2).build())
                .build());

        assertThat(history.processCounts(GPU, Instant.MIN)).containsExactly(new Sample(NOW.plusSeconds(10), 2));
    }

    @Test
    void aSeriesBeginsWhereItIsAskedFrom() {
        for (int second = 0; second <= 100; second += 10) {
            history.add(sample(second));
        }

        assertThat(history.series(GPU, TEMPERATURE_GPU, NOW.plusSeconds(90)))
                .extracting(Sample::value)
                .containsExactly(90.0, 100.0);
    }

    @Test
    void aCopyDoesNotSeeWhatIsAddedLater() {
        history.add(sample(0));
        SampleHistory copy = history.copy();

        history.add(sample(10));

        assertThat(copy.series(GPU, TEMPERATURE_GPU, Instant.MIN)).hasSize(1);
        assertThat(values()).hasSize(2);
    }

    @Test
    void gpusAreApartByUuidEvenWhenTheirIndicesChange() {
        history.add(NodeSamples.working()
                .gpu(GpuSamples.h100(0).identity("GPU-a", "0000:01:00.0").build())
                .gpu(GpuSamples.h100(1).identity("GPU-b", "0000:02:00.0").build())
                .build());

        GpuIdentity moved =
                GpuSamples.h100(5).identity("GPU-a", "0000:09:00.0").build().identity();
        assertThat(history.reach(moved, NOW)).contains(Duration.ZERO);
        assertThat(history.reach(GPU, NOW)).isEmpty();
    }

    @Test
    void whatIsNotRememberedCannotBeAskedFor() {
        assertThatThrownBy(() -> history.series(GPU, GpuQuantities.BAR1_USED, Instant.MIN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bar1_used_bytes is not remembered");
    }

    @Test
    void aHistoryWithoutResolutionIsRefused() {
        assertThatThrownBy(() -> new SampleHistory(Duration.ofHours(1), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SampleHistory(Duration.ofHours(-1), Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void noHistoryReachesNowhere() {
        assertThat(SampleHistory.none().reach(GPU, NOW)).isEmpty();
        assertThat(SampleHistory.none().series(GPU, TEMPERATURE_GPU, Instant.MIN))
                .isEmpty();
    }
}
