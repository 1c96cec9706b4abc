package dev.gpudiag.agent.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Intervals, beats and standstills do not go by the wall clock. */
class SteadyTimeTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final ManualClock clock = new ManualClock();

    @Test
    void whatRecursIsDueByTheClockThatDoesNotJump() {
        Recurrence turn = new Recurrence(clock, Duration.ofSeconds(10));
        assertThat(turn.isDue()).as("never done").isTrue();
        turn.mark();
        clock.jump(Duration.ofDays(-1));
        clock.pass(Duration.ofSeconds(9));
        assertThat(turn.isDue()).isFalse();
        clock.pass(SECOND);
        assertThat(turn.isDue())
                .as("a day back, and still due after ten seconds")
                .isTrue();
        turn.mark();
        clock.jump(Duration.ofDays(1));
        assertThat(turn.isDue()).isFalse();
        turn.hasten();
        assertThat(turn.isDue()).isTrue();
    }

    @Test
    void aClockThatIsSetIsNoticedOnceAndOneThatRunsIsNot() {
        ClockWatch watch = new ClockWatch(clock);
        clock.pass(Duration.ofHours(1));
        assertThat(watch.look()).isEmpty();
        clock.jump(Duration.ofHours(-2));
        assertThat(watch.look()).contains(Duration.ofHours(-2));
        assertThat(watch.look()).isEmpty();
        clock.jump(Duration.ofMillis(300));
        assertThat(watch.look()).as("a small correction").isEmpty();
    }

    @Test
    void roundsThatWereMissedAreLeftOutAndTheBeatIsKept() {
        Pace pace = new Pace(0, SECOND);
        assertThat(pace.untilNext(0)).isEqualTo(SECOND.toNanos());
        assertThat(pace.untilNext(Duration.ofMillis(300).toNanos()))
                .isEqualTo(Duration.ofMillis(700).toNanos());
        assertThat(pace.untilNext(Duration.ofHours(1).plusMillis(400).toNanos()))
                .as("one round, not an hour of them")
                .isEqualTo(Duration.ofMillis(600).toNanos());
        long nearlyOver = Long.MAX_VALUE - 5;
        assertThat(new Pace(nearlyOver, SECOND).untilNext(nearlyOver + 10)).isEqualTo(SECOND.toNanos() - 10);
    }

    @Test
    void aProcessThatStoodStillIsNoticedAndOneThatIsALittleLateIsNot() {
        Standstill standstill = new Standstill();
        Duration wait = Duration.ofMillis(500);
        long now = 0;
        assertThat(standstill.at(now, wait, DEADLINE)).isZero();
        now += SECOND.toNanos();
        assertThat(standstill.at(now, wait, DEADLINE)).isZero();
        now += Duration.ofSeconds(6).toNanos();
        assertThat(standstill.at(now, wait, DEADLINE)).as("a busy machine").isZero();
        now += Duration.ofHours(1).toNanos();
        assertThat(standstill.at(now, wait, DEADLINE))
                .isEqualTo(Duration.ofHours(1).minusSeconds(1));
        now += SECOND.toNanos();
        assertThat(standstill.at(now, wait, DEADLINE)).isZero();
    }
}
