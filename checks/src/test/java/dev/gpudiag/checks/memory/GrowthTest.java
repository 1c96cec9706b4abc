package dev.gpudiag.checks.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class GrowthTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final Duration WINDOW = Duration.ofMinutes(12);

    private static Optional<Growth> growth(int step, IntToDoubleFunction value) {
        List<Sample> series = new ArrayList<>();
        int seconds = (int) WINDOW.toSeconds();
        for (int second = 0; second <= seconds; second += step) {
            series.add(new Sample(NOW.minusSeconds(seconds - second), value.applyAsDouble(second)));
        }
        return Growth.of(series, NOW, WINDOW);
    }

    @Test
    void aLineHasItsOwnSlope() {
        Growth growth = growth(10, second -> 5 + 3.0 * second).orElseThrow();

        assertThat(growth.perSecond()).isCloseTo(3, within(1e-9));
        assertThat(growth.lowPerSecond()).isCloseTo(3, within(1e-9));
        assertThat(growth.highPerSecond()).isCloseTo(3, within(1e-9));
        assertThat(growth.isSteady()).isTrue();
        assertThat(growth.exhaustion(300)).contains(Duration.ofSeconds(100));
    }

    @Test
    void aConstantDoesNotGrow() {
        Growth growth = growth(10, second -> 5).orElseThrow();

        assertThat(growth.isSteady()).isFalse();
        assertThat(growth.significance()).isZero();
        assertThat(growth.exhaustion(300)).isEmpty();
    }

    @Test
    void aFallIsNoGrowth() {
        Growth growth = growth(10, second -> -3.0 * second).orElseThrow();

        assertThat(growth.perSecond()).isNegative();
        assertThat(growth.isSteady()).isFalse();
    }

    @Test
    void peaksWithinABlockDoNotCount() {
        assertThat(growth(10, second -> second % 60 == 30 ? second * 100.0 : 7)
                        .orElseThrow()
                        .isSteady())
                .isFalse();
    }

    @Test
    void oneOddBlockDoesNotMoveTheSlope() {
        Growth growth = growth(10, second -> second >= 300 && second < 360 ? 0 : 3.0 * second)
                .orElseThrow();

        assertThat(growth.perSecond()).isCloseTo(3, within(0.2));
    }

    @Test
    void aBlockWithoutSamplesLeavesGrowthUntold() {
        assertThat(Growth.of(List.of(), NOW, WINDOW)).isEmpty();
        assertThat(growth(90, second -> second)).isEmpty();
    }

    @Test
    void samplesOutsideTheWindowDoNotCount() {
        List<Sample> series = new ArrayList<>();
        for (int minute = 60; minute >= 0; minute--) {
            double value = minute > 12 ? -1e12 : 100 - minute;
            series.add(new Sample(NOW.minus(Duration.ofMinutes(minute)), value));
        }

        assertThat(Growth.of(series, NOW, WINDOW).orElseThrow().perSecond()).isCloseTo(1 / 60.0, within(1e-3));
    }

    @Test
    void anEndThatIsFarAwayIsNotForetold() {
        Growth growth = growth(10, second -> second / 1000.0).orElseThrow();

        assertThat(growth.exhaustion(1e6)).isEmpty();
        assertThat(growth.exhaustion(-5)).contains(Duration.ZERO);
    }
}
