package dev.gpudiag.agent.sampling;

import java.time.Duration;

/** Beats at a fixed rate that leaves out what was missed: after an hour's standstill there is one round, not an hour of them. */
final class Pace {

    private final long startNanos;
    private final long intervalNanos;

    Pace(long startNanos, Duration interval) {
        this.startNanos = startNanos;
        this.intervalNanos = interval.toNanos();
    }

    /** Time until the next beat, from a time at or after the start; never zero. */
    long untilNext(long nowNanos) {
        return intervalNanos - Math.floorMod(nowNanos - startNanos, intervalNanos);
    }
}
