package dev.gpudiag.agent.metrics;

import java.time.Instant;
import java.util.Optional;

/** What the agent counts of itself, for its metrics. Thread-safe. */
public final class AgentFigures {

    private final HttpRequests http = new HttpRequests();
    private final SampleTally samples = new SampleTally();
    private final CheckDurations checks = new CheckDurations();
    private final DroppedSeries dropped = new DroppedSeries();
    private volatile Optional<Reload> reload = Optional.empty();

    /** The last attempt to read the configuration again. */
    record Reload(boolean successful, Instant at) {}

    /** What the HTTP server answered. */
    public HttpRequests http() {
        return http;
    }

    /** Rounds of sampling by GPU. */
    public SampleTally samples() {
        return samples;
    }

    /** How long each check took. */
    public CheckDurations checks() {
        return checks;
    }

    /** Tells how the last reading of the configuration went. */
    public void configurationRead(boolean successful, Instant at) {
        reload = Optional.of(new Reload(successful, at));
    }

    DroppedSeries dropped() {
        return dropped;
    }

    Optional<Reload> reload() {
        return reload;
    }
}
