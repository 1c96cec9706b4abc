package dev.gpudiag.checks.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.DoubleToLongFunction;
import org.junit.jupiter.api.Test;

class GrowthDetectorTest {

    private static final Instant BIRTH = Instant.parse("2026-11-23T12:00:00Z");
    private static final long MIB = 1 << 20;
    private static final double LEAK = 100;

    private static GrowthDetector watch(double hours, DoubleToLongFunction mib) {
        GrowthDetector detector =
                new GrowthDetector(GrowthOptions.standard().startedAt(BIRTH).deviceBytes(80L << 30));
        watch(detector, 0, hours, mib);
        return detector;
    }

    private static void watch(GrowthDetector detector, double from, double to, DoubleToLongFunction mib) {
        for (long second = (long) (from * 3600); second < to * 3600; second += 30) {
            detector.add(BIRTH.plusSeconds(second), mib.applyAsLong(second / 3600.0) * MIB);
        }
    }

    private static long leakAfterPlateau(double hour) {
        return 8000 + (long) (Math.max(0, hour - 6) * LEAK);
    }

    private static Optional<Duration> after(GrowthDetector detector, GrowthLevel level) {
        return detector.verdict().events().stream()
                .filter(event -> event.level() == level)
                .map(event -> Duration.between(BIRTH, event.at()))
                .findFirst();
    }

    @Test
    void aPlateauIsNoGrowth() {
        GrowthVerdict verdict = watch(48, hour -> 30_000).verdict();

        assertThat(verdict.level()).isEqualTo(GrowthLevel.NONE);
        assertThat(verdict.shape()).isEqualTo(GrowthShape.NONE);
        assertThat(verdict.events()).isEmpty();
    }

    @Test
    void growthSinceBirthIsOnlySteadyGrowthForFourHours() {
        GrowthVerdict verdict = watch(4.3, hour -> (long) (hour * 12_000)).verdict();

        assertThat(verdict.level()).isEqualTo(GrowthLevel.SUSPECT);
        assertThat(verdict.shape()).isEqualTo(GrowthShape.STEADY_GROWTH);
        assertThat(verdict.slope().orElseThrow().bytesPerHour()).isCloseTo(12_000.0 * MIB, within(10.0 * MIB));
    }

    @Test
    void aLeakAfterAPlateauIsLikelyWithinThreeHoursAndConfirmedWithinEight() {
        GrowthDetector detector = watch(14, GrowthDetectorTest::leakAfterPlateau);

        assertThat(after(detector, GrowthLevel.LIKELY).orElseThrow())
                .isBetween(Duration.ofHours(7), Duration.ofHours(9));
        assertThat(after(detector, GrowthLevel.CONFIRMED).orElseThrow())
                .isBetween(Duration.ofHours(11), Duration.ofHours(14));
        assertThat(detector.verdict().shape()).isEqualTo(GrowthShape.GROWTH_AFTER_PLATEAU);
    }

    @Test
    void aLevelClearsWithinAnHourOfLevellingOff() {
        GrowthDetector detector = watch(14, GrowthDetectorTest::leakAfterPlateau);
        watch(detector, 14, 15, hour -> leakAfterPlateau(14));

        assertThat(detector.level()).isEqualTo(GrowthLevel.NONE);
    }

    @Test
    void aDetectorThatIsRestoredGoesOnAsIfNothingHadHappened() {
        GrowthDetector whole = watch(14, GrowthDetectorTest::leakAfterPlateau);
        GrowthDetector half = watch(10, GrowthDetectorTest::leakAfterPlateau);
        GrowthOptions options = GrowthOptions.standard().startedAt(BIRTH).deviceBytes(80L << 30);
        GrowthDetector restored = GrowthDetector.restore(options, half.serialize());
        watch(restored, 10, 14, GrowthDetectorTest::leakAfterPlateau);

        assertThat(restored.verdict()).isEqualTo(whole.verdict());
    }

    @Test
    void aStateThatIsDamagedAnywhereIsRefused() {
        byte[] state = watch(10, GrowthDetectorTest::leakAfterPlateau).serialize();
        for (int place = 0; place < state.length; place += 7) {
            byte[] damaged = state.clone();
            damaged[place] ^= 4;
            byte[] truncated = Arrays.copyOf(state, place);

            assertThatThrownBy(() -> GrowthDetector.restore(GrowthOptions.standard(), damaged))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> GrowthDetector.restore(GrowthOptions.standard(), truncated))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void theStateIsAsSmallAsItSays() {
        GrowthDetector detector = watch(60, GrowthDetectorTest::leakAfterPlateau);

        assertThat(detector.serialize().length).isLessThan(detector.stateBytes());
        assertThat(detector.stateBytes()).isLessThan(6000);
    }

    @Test
    void exhaustionHasAnInterval() {
        GrowthSlope slope = watch(14, GrowthDetectorTest::leakAfterPlateau)
                .verdict()
                .slope()
                .orElseThrow();
        GrowthSlope.Exhaustion end = slope.exhaustion(1000.0 * MIB).orElseThrow();

        assertThat(slope.bytesPerHour()).isBetween(slope.lowBytesPerHour(), slope.highBytesPerHour());
        assertThat(end.expected()).isBetween(Duration.ofHours(9), Duration.ofHours(11));
        assertThat(end.soonest()).isLessThanOrEqualTo(end.expected());
        assertThat(end.latest()).isGreaterThanOrEqualTo(end.expected());
        assertThat(slope.exhaustion(1e15)).isEmpty();
    }

    @Test
    void aDamagedStateIsRefused() {
        byte[] state = watch(3, hour -> 5).serialize();
        state[state.length / 2] ^= 1;

        assertThatThrownBy(() -> GrowthDetector.restore(GrowthOptions.standard(), state))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("damaged");
        assertThatThrownBy(() -> GrowthDetector.restore(GrowthOptions.standard(), new byte[3]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aClockThatIsSetBackLosesNothing() {
        GrowthDetector detector = watch(10, GrowthDetectorTest::leakAfterPlateau);
        for (long second = 10 * 3600; second < 14 * 3600; second += 30) {
            detector.add(BIRTH.plusSeconds(second - 7200), leakAfterPlateau(second / 3600.0) * MIB);
        }

        assertThat(detector.level()).isEqualTo(GrowthLevel.CONFIRMED);
    }

    @Test
    void anOutageOfTheAgentDoesNotEndALevel() {
        GrowthDetector detector = watch(10, GrowthDetectorTest::leakAfterPlateau);
        assertThat(detector.level()).isEqualTo(GrowthLevel.LIKELY);
        watch(detector, 13, 16, GrowthDetectorTest::leakAfterPlateau);

        assertThat(detector.verdict().events())
                .extracting(GrowthEvent::level)
                .doesNotContain(GrowthLevel.NONE)
                .endsWith(GrowthLevel.CONFIRMED);
    }

    @Test
    void samplesThatAreRepeatedOrLateCountAsOneTime() {
        GrowthDetector detector = watch(0.1, hour -> 100);
        for (int i = 0; i < 100_000; i++) {
            detector.add(BIRTH.plusSeconds(i % 2), 1000L * i * MIB / 100);
        }

        assertThat(detector.level()).isEqualTo(GrowthLevel.NONE);
        assertThat(detector.stateBytes()).isLessThan(6000);
    }

    @Test
    void aDailyLoadIsNotConfirmedOnItsFirstRise() {
        GrowthDetector detector = watch(48, hour -> 20_000 - (long) (9_000 * Math.cos(Math.PI * hour / 12)));

        assertThat(detector.verdict().events())
                .extracting(GrowthEvent::level)
                .doesNotContain(GrowthLevel.LIKELY, GrowthLevel.CONFIRMED);
    }

    @Test
    void growthThatAcceleratesIsFoundBeforeItIsStraight() {
        GrowthDetector detector = watch(12, hour -> 8000 + (long) (40 * Math.pow(2, hour / 2)));

        assertThat(detector.level()).isGreaterThanOrEqualTo(GrowthLevel.LIKELY);
        assertThat(detector.verdict().shape()).isEqualTo(GrowthShape.ACCELERATING_GROWTH);
        assertThat(detector.verdict().shape().lookAlikes()).isNotEmpty();
    }

    @Test
    void aValueThatWasNotReadIsNoSample() {
        GrowthDetector detector = watch(0, hour -> 0);

        assertThatThrownBy(() -> detector.add(BIRTH, -1)).isInstanceOf(IllegalArgumentException.class);
    }
}
