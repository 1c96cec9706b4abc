package dev.gpudiag.agent.page;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
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
 */
public record AgentState(
        String version, Duration interval, Duration staleAfter, List<String> problems, Optional<String> stalled) {

    public AgentState {
        requireNonNull(version, "version is null");
        requireNonNull(interval, "interval is null");
        requireNonNull(staleAfter, "staleAfter is null");
        problems = List.copyOf(problems);
        requireNonNull(stalled, "stalled is null");
    }
}
