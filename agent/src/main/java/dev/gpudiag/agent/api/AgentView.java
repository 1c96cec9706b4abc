package dev.gpudiag.agent.api;

import dev.gpudiag.agent.page.AgentState;
import dev.gpudiag.agent.timeline.EventSource;
import dev.gpudiag.checks.Report;
import dev.gpudiag.telemetry.SampleHistory;
import java.time.Instant;
import java.util.Optional;

/** What the agent has in memory; thread-safe. */
public interface AgentView {

    /** The last report; empty before the first verdict. */
    Optional<Report> report();

    /** What is remembered. */
    SampleHistory history();

    /** What has happened. */
    EventSource events();

    /** The time of the samples; a simulation's own. */
    Instant now();

    /** Since when the agent has run, by {@link #now}. */
    Instant startedAt();

    /** How the agent itself is. */
    AgentState agent();
}
