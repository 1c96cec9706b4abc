package dev.gpudiag.agent.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** What a test hands out. */
public record Pages(String text, Optional<String> stalled, boolean ready) implements HttpServer.Content {

    public static Pages of(String page) {
        return new Pages(page, Optional.empty(), true);
    }

    @Override
    public byte[] metrics() {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] page() {
        return "<!doctype html><title>page</title>".getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Map<String, String> pageHeaders() {
        return Map.of("Content-Type", "text/html; charset=utf-8", "Content-Security-Policy", "default-src 'none'");
    }

    @Override
    public String metricsContentType() {
        return "text/plain; version=0.0.4; charset=utf-8";
    }
}
