package dev.gpudiag.agent.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gpudiag.agent.host.HostState;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The host's files, each reading of which takes as long as the test lets it. */
@Timeout(60)
class HostWatchTest {

    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final long PATIENCE = Duration.ofSeconds(20).toNanos();
    private static final long SHORT = Duration.ofMillis(20).toNanos();

    private final ManualClock clock = new ManualClock();
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore mayEnd = new Semaphore(1_000);
    private volatile boolean broken;
    private volatile int reads;
    private final HostWatch host = new HostWatch(this::read, clock, INTERVAL);

    @SuppressWarnings("NonAtomicVolatileUpdate") // one reading at a time
    private HostState read() {
        begun.release();
        mayEnd.acquireUninterruptibly();
        if (broken) {
            throw new UncheckedIOException("gone", new IOException("gone"));
        }
        reads++;
        return new HostState(
                Readings.builder()
                        .put(HostQuantities.HOSTNAME, "read " + reads, "/proc")
                        .build(),
                Reading.of(List.of(), "/sys"),
                Reading.of(List.of(), "/dev"),
                Reading.of(List.of(), "/proc"),
                Map.of(),
                false);
    }

    private void hang() {
        mayEnd.drainPermits();
    }

    private void comeBack() {
        mayEnd.release(1_000);
    }

    private static Optional<String> seen(Optional<HostState> state) {
        return state.flatMap(read -> read.readings().value(HostQuantities.HOSTNAME));
    }

    private Optional<String> look() {
        host.start();
        return seen(host.await(PATIENCE, LONG));
    }

    @AfterEach
    void end() {
        comeBack();
        host.abandon();
    }

    @Test
    void filesAreReadOncePerIntervalAndWhatTheySaidStands() {
        assertThat(look()).contains("read 1");
        clock.pass(INTERVAL.minusNanos(1));
        assertThat(look()).contains("read 1");
        clock.pass(Duration.ofNanos(1));
        assertThat(look()).contains("read 2");
        clock.jump(Duration.ofDays(1));
        assertThat(look()).as("the clock was set").contains("read 2");
    }

    @Test
    void theyAreReadAtOnceWhereSomethingWasDoneToTheDriver() {
        assertThat(look()).contains("read 1");
        host.hasten();
        assertThat(look()).contains("read 2");
        assertThat(look()).contains("read 2");
    }

    @Test
    void nothingIsKnownBeforeTheyHaveSaidAnything() throws Exception {
        hang();
        host.start();
        begun.acquire();

        assertThat(host.await(SHORT, LONG)).isEmpty();
        Reading<Boolean> late = host.late(LONG);
        assertThat(late.reason()).contains(Reason.PENDING);
        assertThat(late.describe()).contains("have not been read for 1 s");

        comeBack();
        assertThat(seen(host.await(PATIENCE, LONG))).contains("read 1");
    }

    @Test
    void whatTheySaidLastStandsUntilTheDeadlineOfTheNextReading() throws Exception {
        look();
        begun.acquire();
        hang();
        clock.pass(INTERVAL);
        host.start();
        begun.acquire();

        assertThat(seen(host.await(SHORT, LONG))).contains("read 1");
        assertThat(host.await(SHORT, Duration.ofNanos(SHORT)))
                .as("after its deadline")
                .isEmpty();
        assertThat(host.late(Duration.ofNanos(SHORT)).reason()).contains(Reason.TIMED_OUT);
    }

    @Test
    void filesThatHangCostOneThreadAndAreReadAgainOnceTheyComeBack() throws Exception {
        hang();
        host.start();
        begun.acquire();
        for (int look = 0; look < 50; look++) {
            clock.pass(INTERVAL);
            host.start();
            assertThat(host.await(0, Duration.ZERO)).isEmpty();
        }
        assertThat(begun.availablePermits()).as("readings that began meanwhile").isZero();

        comeBack();
        assertThat(seen(host.await(PATIENCE, LONG))).contains("read 1");
        assertThat(look()).contains("read 2");
    }

    @Test
    void aTimeInWhichTheWholeProcessStoodStillIsNotTheirs() throws Exception {
        hang();
        host.start();
        begun.acquire();
        host.await(SHORT, LONG);
        assertThat(host.late(Duration.ofNanos(SHORT)).reason()).contains(Reason.TIMED_OUT);

        host.excuse(LONG);

        assertThat(host.late(LONG).reason()).contains(Reason.PENDING);
    }

    @Test
    void aFailureOfTheReadingIsToldOnceAndTheNextReadingGoesOn() {
        assertThat(look()).contains("read 1");
        clock.pass(INTERVAL);
        broken = true;
        host.start();
        assertThatThrownBy(() -> host.await(PATIENCE, LONG)).hasMessageContaining("gone");
        broken = false;
        assertThat(look()).as("until it is due again").contains("read 1");
        clock.pass(INTERVAL);
        assertThat(look()).contains("read 2");
    }

    @Test
    void aHostOfWhichNothingIsKnownSaysWhyInEachPart() {
        HostState unknown = HostWatch.unknown(Reading.missing(Reason.TIMED_OUT, "/proc", "not for 12 s"));

        assertThat(unknown.readings().value(HostQuantities.HOSTNAME)).isEmpty();
        assertThat(List.of(unknown.pciDevices(), unknown.deviceNodes(), unknown.kernelGpus()))
                .allSatisfy(part -> {
                    assertThat(part.reason()).contains(Reason.TIMED_OUT);
                    assertThat(part.describe()).contains("not for 12 s");
                });
        assertThat(unknown.pciLinks()).isEmpty();
    }
}
