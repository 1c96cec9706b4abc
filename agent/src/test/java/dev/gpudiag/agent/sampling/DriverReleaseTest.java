package dev.gpudiag.agent.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gpudiag.agent.sampling.DriverRelease.Hold;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DriverReleaseTest {

    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final ManualClock clock = new ManualClock();
    private final DriverRelease release = new DriverRelease(clock, ZoneOffset.UTC);

    @Test
    void aReleaseSaysForWhomAndUntilWhenAndEndsByItself() {
        DriverRelease.State asked = release.release(TEN_MINUTES, "user root (uid 0)");
        assertThat(asked.hold()).isEqualTo(Hold.LETTING_GO);
        assertThat(asked.text()).isEqualTo("letting go until 12:10:00 by user root (uid 0)");

        release.letGo();
        assertThat(release.state().hold()).isEqualTo(Hold.RELEASED);
        assertThat(release.state().text()).isEqualTo("released until 12:10:00 by user root (uid 0)");
        assertThat(release.state().until()).contains(Instant.parse("2026-11-24T12:10:00Z"));
        assertThat(release.orders()).contains("released until 12:10:00 by user root (uid 0)");

        clock.pass(TEN_MINUTES);
        assertThat(release.orders()).isEmpty();
        assertThat(release.state())
                .isEqualTo(new DriverRelease.State(
                        Hold.HELD, "not released", asked.until().filter(x -> false)));
    }

    @Test
    void aClockThatJumpsNeitherEndsNorProlongsIt() {
        release.release(TEN_MINUTES, "root");
        clock.jump(Duration.ofHours(-30));
        assertThat(release.state().text()).contains("until 06:10:00");
        clock.jump(Duration.ofDays(400));
        assertThat(release.orders()).isPresent();
        clock.pass(TEN_MINUTES.minusSeconds(1));
        assertThat(release.orders()).isPresent();
        clock.pass(Duration.ofSeconds(1));
        assertThat(release.orders()).isEmpty();
    }

    @Test
    void oneThatEndsAnotherDayNamesTheDay() {
        assertThat(release.release(Duration.ofHours(24), "root").text()).contains("until 2026-11-25 12:00:00");
    }

    @Test
    void theCallThatKeepsItIsNamed() {
        release.release(TEN_MINUTES, "root");
        release.holds(java.util.Optional.of("nvmlDeviceGetTemperature of GPU 3, for 12 s"));
        assertThat(release.state().text())
                .isEqualTo("letting go until 12:10:00 by root: waits for nvmlDeviceGetTemperature of GPU 3, for 12 s");
    }

    @Test
    void whatAUserAskedForIsNotChangedByWhatGpudiagSees() {
        release.release(TEN_MINUTES, "root");
        assertThat(release.releaseByItself(MINUTE, "modprobe -r nvidia (pid 7)"))
                .isTrue();
        assertThat(release.state().text()).contains("until 12:10:00 by root");

        release.release(MINUTE, "alice");
        assertThat(release.state().text()).contains("until 12:01:00 by alice");
    }

    @Test
    void whatGpudiagSeesAgainProlongsItsOwnRelease() {
        release.releaseByItself(MINUTE, "rmmod nvidia (pid 7)");
        clock.pass(Duration.ofSeconds(30));
        release.releaseByItself(MINUTE, "rmmod nvidia (pid 7)");
        clock.pass(Duration.ofSeconds(45));
        assertThat(release.orders()).isPresent();
        assertThat(release.state().text()).endsWith("by itself: rmmod nvidia (pid 7)");
    }

    @Test
    void afterAUserEndedItGpudiagDoesNotLetGoByItselfAtOnceAgain() {
        release.releaseByItself(MINUTE, "rmmod nvidia (pid 7)");
        release.end();
        assertThat(release.releaseByItself(MINUTE, "rmmod nvidia (pid 7)")).isFalse();
        assertThat(release.orders()).isEmpty();
        clock.pass(MINUTE);
        assertThat(release.releaseByItself(MINUTE, "rmmod nvidia (pid 7)")).isTrue();
    }

    @Test
    void whoSamplesIsToldOfEachOrder() {
        AtomicInteger told = new AtomicInteger();
        release.onOrder(told::incrementAndGet);
        release.release(MINUTE, "root");
        release.end();
        release.releaseByItself(MINUTE, "held back for a minute");
        assertThat(told).hasValue(2);
    }

    @Test
    void waitingForTheLastHandleEndsWithItOrWithTheLimit() throws InterruptedException {
        release.release(MINUTE, "root");
        assertThat(release.awaitLetGo(Duration.ofMillis(20)).hold()).isEqualTo(Hold.LETTING_GO);
        Thread sampler = new Thread(release::letGo);
        sampler.start();
        assertThat(release.awaitLetGo(MINUTE).hold()).isEqualTo(Hold.RELEASED);
        sampler.join();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-5S", "PT0.9S", "PT24H1S", "PT1000000H"})
    void aReleaseHasBounds(String length) {
        assertThatThrownBy(() -> release.release(Duration.parse(length), "root"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a release takes from 1s to 24h");
        assertThat(release.orders()).isEmpty();
    }
}
