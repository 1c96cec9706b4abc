package dev.gpudiag.agent.sampling;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Two clocks of a node: what it calls the time, which may jump either way, and one for intervals, which runs forward only.
 *
 * <p>Thread-safe.
 */
public interface NodeClock extends InstantSource {

    /** Nanoseconds since some time in the past; two of them are an interval, one alone means nothing. */
    long nanos();

    /** The clocks of this machine. */
    static NodeClock system() {
        return new NodeClock() {
            @Override
            public Instant instant() {
                return Instant.now();
            }

            @Override
            public long nanos() {
                return System.nanoTime();
            }
        };
    }

    /** One clock for both: of a simulation, whose time does not jump. */
    static NodeClock of(InstantSource clock) {
        return new NodeClock() {
            @Override
            public Instant instant() {
                return clock.instant();
            }

            @Override
            public long nanos() {
                return Duration.between(Instant.EPOCH, clock.instant()).toNanos();
            }
        };
    }
}
