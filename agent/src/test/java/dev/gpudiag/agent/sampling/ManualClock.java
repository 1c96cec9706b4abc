package dev.gpudiag.agent.sampling;

import java.time.Duration;
import java.time.Instant;

/** Two clocks that stand still until a test moves them: together, or the wall clock alone. */
final class ManualClock implements NodeClock {

    private Instant instant = Instant.parse("2026-11-24T12:00:00Z");
    private long nanos = Long.MAX_VALUE - 1_000_000_000L; // the one that does not jump may run over

    @Override
    public synchronized Instant instant() {
        return instant;
    }

    @Override
    public synchronized long nanos() {
        return nanos;
    }

    synchronized void pass(Duration time) {
        instant = instant.plus(time);
        nanos += time.toNanos();
    }

    synchronized void jump(Duration time) {
        instant = instant.plus(time);
    }
}
