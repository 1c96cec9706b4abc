package dev.gpudiag.agent.cli;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * How much of a command's time is over, counted from the start of the launcher where it says when its answer is due.
 *
 * @param nanoTime CLOCK_MONOTONIC
 * @param started when this process began to count
 * @param due when the launcher gives up, less its grace
 */
public record Stopwatch(LongSupplier nanoTime, long started, OptionalLong due) {

    /** What sampling gets at least, so that a slow start is not taken for a hung driver. */
    private static final Duration LEAST = Duration.ofSeconds(1);

    public Stopwatch {
        requireNonNull(nanoTime, "nanoTime is null");
        requireNonNull(due, "due is null");
    }

    public static Stopwatch start(LongSupplier nanoTime, Map<String, String> environment) {
        String due = environment.getOrDefault("GPUDIAG_DEADLINE_NANOS", "");
        OptionalLong deadline = due.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(due)) : OptionalLong.empty();
        return new Stopwatch(nanoTime, nanoTime.getAsLong(), deadline);
    }

    /** One that begins now, and of which the launcher knows nothing. */
    Stopwatch again() {
        return new Stopwatch(nanoTime, nanoTime.getAsLong(), OptionalLong.empty());
    }

    /** What is left of {@code timeout}; at least a second, or the timeout where that is less. */
    Duration remaining(Duration timeout) {
        long end = due.orElse(started + timeout.toNanos());
        Duration left = Duration.ofNanos(end - nanoTime.getAsLong());
        Duration least = timeout.compareTo(LEAST) < 0 ? timeout : LEAST;
        if (left.compareTo(least) < 0) {
            return least;
        }
        return left.compareTo(timeout) < 0 ? left : timeout;
    }

    /** What the caller has waited, when {@code timeout} is what both the launcher and the command were given. */
    Duration elapsed(Duration timeout) {
        long begun = due.isPresent() ? Math.min(started, due.getAsLong() - timeout.toNanos()) : started;
        return Duration.ofNanos(nanoTime.getAsLong() - begun);
    }
}
