package dev.gpudiag.agent.sampling;

import java.time.Duration;

/**
 * Notices that this process stood still between two rounds: a stopped process, a paused virtual machine, a starved one.
 *
 * <p>Calls that were under way in it are not to be blamed for that time. Not thread-safe.
 */
final class Standstill {

    private boolean before;
    private long startedAt;

    /**
     * How long nothing ran before the round that starts now; zero where the rounds follow each other as they should.
     *
     * @param wait how long a round waits, about half of the time between two
     * @param deadline after which a call is blamed
     */
    Duration at(long nanos, Duration wait, Duration deadline) {
        Duration since = Duration.ofNanos(nanos - startedAt);
        Duration usual = wait.multipliedBy(2);
        boolean stood = before && since.compareTo(usual.multipliedBy(2).plus(deadline)) > 0;
        before = true;
        startedAt = nanos;
        return stood ? since.minus(usual) : Duration.ZERO;
    }
}
