package dev.gpudiag.agent.http;

import dev.gpudiag.agent.metrics.MetricsFormat;
import dev.gpudiag.agent.metrics.Rendering;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** What a test hands out. */
public record Pages(String text, Optional<String> stalled, boolean ready) implements HttpServer.Content {

    public static Pages of(String page) {
        return new Pages(page, Optional.empty(), true);
    }

    @Override
    public Rendering metrics(MetricsFormat format, boolean gzip, Collection<String> names) {
        if (names.size() > 2) {
            throw new IllegalArgumentException("too many names");
        }
        String page = format == MetricsFormat.TEXT ? text : text + "# EOF\n";
        return new Rendering(
                format, gzip, (names.isEmpty() ? page : String.join(",", names)).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public byte[] page() {
        return "<!doctype html><title>page</title>".getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Map<String, String> pageHeaders() {
        return Map.of("Content-Type", "text/html; charset=utf-8", "Content-Security-Policy", "default-src 'none'");
    }
}
