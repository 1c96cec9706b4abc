package dev.gpudiag.agent.sampling;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Notices that the wall clock jumped against the clock that does not, as when it is set, or the machine slept. Not thread-safe. */
final class ClockWatch {

    private static final Duration JUMP = Duration.ofSeconds(2);

    private final NodeClock clock;
    private Instant wall;
    private long nanos;

    ClockWatch(NodeClock clock) {
        this.clock = clock;
        this.wall = clock.instant();
        this.nanos = clock.nanos();
    }

    /** By how much it jumped since the last look, negative for backwards; empty where it did not. */
    Optional<Duration> look() {
        Instant nowWall = clock.instant();
        long nowNanos = clock.nanos();
        Duration jump = Duration.between(wall, nowWall).minusNanos(nowNanos - nanos);
        wall = nowWall;
        nanos = nowNanos;
        return Optional.of(jump).filter(by -> by.abs().compareTo(JUMP) > 0);
    }
}
