package dev.gpudiag.agent.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;

class TrendTest {

    private static final Instant END = Instant.parse("2026-11-01T12:00:00Z");

    /** A value every {@code step} from {@code from} until {@code to} before the end. */
    private static List<Sample> samples(Duration from, Duration to, Duration step, LongToDoubleFunction value) {
        List<Sample> samples = new ArrayList<>();
        for (Duration back = from; back.compareTo(to) >= 0; back = back.minus(step)) {
            samples.add(new Sample(END.minus(back), value.applyAsDouble(samples.size())));
        }
        return samples;
    }

    @Test
    void anHourOfReadingsIsOneRunOf120Values() {
        Trend trend = Trend.of(
                samples(Duration.ofHours(1), Duration.ZERO, Duration.ofSeconds(10), i -> i), END, Trend.Fold.HIGHEST);

        assertThat(trend.runs()).hasSize(1);
        assertThat(trend.runs().getFirst().values()).hasSize(Trend.BUCKETS).startsWith(2, 5, 8);
        assertThat(trend.lowest()).hasValue(2);
        assertThat(trend.highest()).hasValue(360);
        assertThat(trend.reach()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void severalReadingsOfHalfAMinuteAreTheirMeanOrTheirHighest() {
        List<Sample> samples =
                samples(Duration.ofSeconds(29), Duration.ofSeconds(9), Duration.ofSeconds(10), i -> i * i);

        assertThat(Trend.of(samples, END, Trend.Fold.MEAN).runs().getFirst().values())
                .hasSize(1)
                .satisfies(values -> assertThat(values[0]).isCloseTo(5.0 / 3, within(1e-9)));
        assertThat(Trend.of(samples, END, Trend.Fold.HIGHEST).runs().getFirst().values())
                .containsExactly(4);
    }

    @Test
    void timeWithoutReadingsIsAGapAndNotALine() {
        List<Sample> samples = samples(Duration.ofMinutes(50), Duration.ofMinutes(40), Duration.ofSeconds(10), _ -> 1);
        samples.addAll(samples(Duration.ofMinutes(38), Duration.ofMinutes(1), Duration.ofSeconds(10), _ -> 2));

        Trend trend = Trend.of(samples, END, Trend.Fold.HIGHEST);

        assertThat(trend.runs()).hasSize(2);
        assertThat(trend.runs().getFirst().values()).containsOnly(1);
        assertThat(trend.runs().getLast().values()).containsOnly(2);
    }

    @Test
    void readingsThatComeOnceIn5MinutesAreStillOneLine() {
        Trend trend = Trend.of(
                samples(Duration.ofMinutes(55), Duration.ZERO, Duration.ofMinutes(5), i -> i), END, Trend.Fold.MEAN);

        assertThat(trend.runs()).hasSize(1);
        assertThat(trend.runs().getFirst().values()).hasSize(12);
    }

    @Test
    void whatIsOlderThanAnHourOrLaterThanNowIsLeftOut() {
        List<Sample> samples = List.of(
                new Sample(END.minus(Duration.ofHours(2)), 9),
                new Sample(END.minus(Duration.ofMinutes(1)), 1),
                new Sample(END.plusSeconds(60), 9));

        assertThat(Trend.of(samples, END, Trend.Fold.HIGHEST).highest()).hasValue(1);
    }

    @Test
    void nothingIsNoRunAndHasNoLowest() {
        Trend none = Trend.of(List.of(), END, Trend.Fold.MEAN);

        assertThat(none.runs()).isEmpty();
        assertThat(none.lowest()).isEmpty();
        assertThat(none.change()).isEmpty();
        assertThat(none.reach()).isZero();
    }

    @Test
    void aChangeIsToldOverTenMinutesAndMore() {
        Trend hour = Trend.of(
                samples(Duration.ofMinutes(59), Duration.ZERO, Duration.ofMinutes(1), i -> i), END, Trend.Fold.HIGHEST);
        Trend moments = Trend.of(
                samples(Duration.ofMinutes(9), Duration.ZERO, Duration.ofMinutes(1), i -> i), END, Trend.Fold.HIGHEST);

        assertThat(hour.change()).hasValueSatisfying(change -> {
            assertThat(change.amount()).isEqualTo(59);
            assertThat(change.over()).isBetween(Duration.ofMinutes(58), Duration.ofMinutes(60));
        });
        assertThat(moments.change()).isEmpty();
    }
}
