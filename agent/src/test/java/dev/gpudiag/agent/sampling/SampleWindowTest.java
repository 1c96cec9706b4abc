package dev.gpudiag.agent.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SampleWindowTest {

    private static final long SECOND = 1_000_000L;
    private static final long START = 1_790_000_000L * SECOND;

    private final SampleWindow window = new SampleWindow();

    private void add(double seconds, double value) {
        window.add(START + Math.round(seconds * SECOND), value);
    }

    @Test
    void aSpikeBetweenTwoReadingsIsInPeakMeanAndIntegral() {
        for (int tenth = 0; tenth <= 100; tenth++) {
            add(tenth / 10.0, tenth == 50 ? 1.0 : 0.0);
        }

        assertThat(window.peak()).hasValue(1.0);
        assertThat(window.integral()).isCloseTo(0.1, within(1e-9));
        assertThat(window.coveredSeconds()).isCloseTo(10, within(1e-9));
        assertThat(window.mean().orElseThrow()).isCloseTo(0.01, within(1e-9));
    }

    @Test
    void samplesThatComeTwiceCountOnce() {
        add(0, 1);
        add(1, 1);
        add(0.5, 1);
        add(1, 1);

        assertThat(window.integral()).isCloseTo(1, within(1e-9));
    }

    @Test
    void aGapIsLeftOutOfMeanAndIntegral() {
        add(0, 1);
        add(1, 1);
        add(3601, 1);
        add(3602, 1);

        assertThat(window.integral()).isCloseTo(2, within(1e-9));
        assertThat(window.coveredSeconds()).isCloseTo(2, within(1e-9));
        assertThat(window.mean().orElseThrow()).isCloseTo(1, within(1e-9));
    }

    @Test
    void aPeakIsForgottenAfterFiveMinutesAndTheIntegralIsNot() {
        add(0, 0);
        add(1, 9);
        for (int second = 2; second <= 400; second++) {
            add(second, 1);
        }

        assertThat(window.peak()).hasValue(1);
        assertThat(window.integral()).isCloseTo(9 + 399, within(1e-9));
    }

    @Test
    void aPeakIsKeptForFiveMinutes() {
        add(0, 0);
        add(1, 9);
        for (int second = 2; second <= 299; second++) {
            add(second, 1);
        }

        assertThat(window.peak()).hasValue(9);
    }

    @Test
    void aClockThatWentBackBeginsAnewAndKeepsTheIntegral() {
        add(100, 1);
        add(101, 1);
        window.timeWentBack();
        add(5, 3);
        add(6, 3);

        assertThat(window.peak()).hasValue(3);
        assertThat(window.integral()).isCloseTo(4, within(1e-9));
    }

    @Test
    void nothingIsKnownBeforeTheFirstSample() {
        assertThat(window.peak()).isEmpty();
        assertThat(window.mean()).isEmpty();
    }
}
