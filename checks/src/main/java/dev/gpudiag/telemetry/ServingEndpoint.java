package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

/**
 * A metrics endpoint that the configuration names, and what it said.
 *
 * @param url as configured
 */
public record ServingEndpoint(String url, Reading<ServingEngine> engine) {

    public ServingEndpoint {
        requireNonNull(url, "url is null");
        requireNonNull(engine, "engine is null");
    }
}
