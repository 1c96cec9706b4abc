package dev.gpudiag.agent.metrics;

import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The text of {@code /metrics}, rendered once per tick of the scheduler and handed out from memory.
 *
 * <p>Rendered by ticks, not by samples, so that sample age grows when samples stop. Thread-safe: one writer, any readers.
 */
public final class MetricsPage {

    /** Prometheus text format 0.0.4. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry;
    private volatile byte[] text = new byte[0];

    public MetricsPage(NodeCollector collector) {
        PrometheusRegistry prometheus = new PrometheusRegistry();
        prometheus.register(collector);
        registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, prometheus, Clock.SYSTEM);
    }

    /** Renders the page anew. */
    public void render() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length + 1024);
        try {
            registry.scrape(out, CONTENT_TYPE);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        text = out.toByteArray();
    }

    /** The page as it was rendered last; not to be changed. */
    public byte[] text() {
        return text;
    }
}
