package dev.gpudiag.agent.page;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How the agent itself is.
 *
 * @param version version of gpudiag
 * @param interval time between two rounds
 * @param staleAfter age from which on a sample is called old: a few rounds, and the deadline of one
 * @param problems what is wrong with its configuration or its files, a sentence each
 * @param stalled why rounds do not end; empty while they do
 * @param release why it does not hold the driver, or is about to let go of it; empty while it does
 * @param listens where it answers: {@code HOST:PORT} and the path of its socket
 */
public record AgentState(
        String version,
        Duration interval,
        Duration staleAfter,
        List<String> problems,
        Optional<String> stalled,
        Optional<Release> release,
        List<String> listens) {

    /**
     * A release that is in force.
     *
     * @param text such as {@code released until 12:34:56 by root (uid 0)}
     * @param until when the driver is taken again by itself
     */
    public record Release(String text, Instant until) {
        public Release {
            requireNonNull(text, "text is null");
            requireNonNull(until, "until is null");
        }
    }

    /** An agent that holds the driver, and answers nobody yet. */
    public AgentState(
            String version, Duration interval, Duration staleAfter, List<String> problems, Optional<String> stalled) {
        this(version, interval, staleAfter, problems, stalled, Optional.empty(), List.of());
    }

    public AgentState {
        requireNonNull(version, "version is null");
        requireNonNull(interval, "interval is null");
        requireNonNull(staleAfter, "staleAfter is null");
        problems = List.copyOf(problems);
        requireNonNull(stalled, "stalled is null");
        requireNonNull(release, "release is null");
        listens = List.copyOf(listens);
    }
}
