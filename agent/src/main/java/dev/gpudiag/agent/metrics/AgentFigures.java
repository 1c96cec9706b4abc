package dev.gpudiag.agent.metrics;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What the agent counts of itself, for its metrics. Thread-safe. */
public final class AgentFigures {

    private final HttpRequests http = new HttpRequests();
    private final SampleTally samples = new SampleTally();
    private final CheckDurations checks = new CheckDurations();
    private final DroppedSeries dropped = new DroppedSeries();
    private volatile Supplier<Map<String, String>> state = Map::of;
    private volatile Optional<Reload> reload = Optional.empty();
    private volatile Optional<Reload> webReload = Optional.empty();

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

    /** Tells where to ask which parts of the state can be saved: a sentence by part, empty for one that is well. */
    public void state(Supplier<Map<String, String>> stores) {
        state = stores;
    }

    Map<String, String> state() {
        return state.get();
    }

    /** Tells how the last reading of the web configuration, after the first, went. */
    public void webConfigurationRead(boolean successful, Instant at) {
        webReload = Optional.of(new Reload(successful, at));
    }

    Optional<Reload> webReload() {
        return webReload;
    }

    DroppedSeries dropped() {
        return dropped;
    }

    Optional<Reload> reload() {
        return reload;
    }
}
