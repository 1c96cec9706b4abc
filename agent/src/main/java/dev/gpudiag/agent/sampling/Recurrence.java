package dev.gpudiag.agent.sampling;

import java.time.Duration;

/** Something that is done once per interval of the clock that does not jump; due at once before the first time. Not thread-safe. */
final class Recurrence {

    private final NodeClock clock;
    private final long intervalNanos;
    private boolean done;
    private long doneAt;

    Recurrence(NodeClock clock, Duration interval) {
        this.clock = clock;
        this.intervalNanos = interval.toNanos();
    }

    boolean isDue() {
        return !done || clock.nanos() - doneAt >= intervalNanos;
    }

    /** It has been done now. */
    void mark() {
        done = true;
        doneAt = clock.nanos();
    }

    /** It is due at once. */
    void hasten() {
        done = false;
    }
}
