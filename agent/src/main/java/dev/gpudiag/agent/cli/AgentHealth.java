package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.page.AgentState;
import dev.gpudiag.agent.sampling.DriverRelease;
import dev.gpudiag.agent.sampling.SamplingLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a running agent itself is, asked anew each time. Thread-safe.
 *
 * @param deadline after how long without an answer a GPU is unresponsive
 */
record AgentHealth(
        String version,
        Duration deadline,
        SampledNode node,
        SamplingLoop loop,
        KeptState kept,
        LiveConfiguration configuration,
        Listening listening) {

    /** Rounds after which the page calls what it shows old. */
    private static final int OLD_ROUNDS = 3;

    AgentState state() {
        return new AgentState(
                version,
                loop.interval(),
                loop.interval().multipliedBy(OLD_ROUNDS).plus(deadline),
                problems(),
                loop.stalled(),
                node.release().flatMap(AgentHealth::released),
                listening.places());
    }

    private List<String> problems() {
        List<String> problems = new ArrayList<>(node.warnings());
        problems.addAll(kept.problems());
        problems.addAll(configuration.problems());
        listening.problem().ifPresent(problems::add);
        return problems;
    }

    private static Optional<AgentState.Release> released(DriverRelease release) {
        DriverRelease.State state = release.state();
        return state.until().map(until -> new AgentState.Release(state.text(), until));
    }
}
