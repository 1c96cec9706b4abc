package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.telemetry.ServingEndpoint;
import dev.gpudiag.telemetry.ServingEngine;
import dev.gpudiag.telemetry.ServingEngine.Figure;
import java.util.List;
import java.util.Optional;

/**
 * What configured serving engines say now, beside memory that grows: where to look whether a cache explains it.
 *
 * <p>It judges nothing: a figure of now is no trend, and an endpoint does not tell which process it is.
 */
final class EngineHint {

    private EngineHint() {}

    static void add(Finding.Builder finding, List<ServingEndpoint> endpoints) {
        for (ServingEndpoint endpoint : endpoints) {
            endpoint.engine().value().ifPresent(engine -> add(finding, engine));
        }
    }

    private static void add(Finding.Builder finding, ServingEngine engine) {
        String who = engine.kind().title() + " at " + engine.url();
        Optional<String> figure = engine.figure(Figure.KV_CACHE_USAGE)
                .map(used -> "KV cache " + Amounts.percent(used) + " used")
                .or(() -> engine.figure(Figure.BYTES_IN_USE)
                        .map(bytes -> Amounts.bytes(bytes) + " in use in its allocator"))
                .or(() -> engine.figure(Figure.POOL_USED).map(bytes -> Amounts.bytes(bytes) + " of its pools used"));
        if (figure.isEmpty()) {
            return;
        }
        finding.proof(engine.url(), figure.get() + " now; how it was before, and of which process, is not known");
        finding.action(
                engine.figure(Figure.KV_CACHE_USAGE).isPresent()
                        ? "if this is " + who + " (" + figure.get()
                                + " now): usage that rises with the memory speaks for a"
                                + " cache that fills; a cache that is flat, or reserved as a whole at the start, is not it"
                        : "if this is " + who + " (" + figure.get() + " now): where that grows alike, the program keeps"
                                + " what it allocates, as a cache does; where it is flat, the growth is outside of it");
    }
}
