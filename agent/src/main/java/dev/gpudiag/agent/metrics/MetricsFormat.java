package dev.gpudiag.agent.metrics;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The formats of {@code /metrics}. */
public enum MetricsFormat {
    /** Prometheus' text format 0.0.4. */
    TEXT("text/plain; version=0.0.4; charset=utf-8", "# HELP ", ""),

    /** OpenMetrics 1.0. */
    OPENMETRICS("application/openmetrics-text; version=1.0.0; charset=utf-8", "# TYPE ", "# EOF\n");

    private final String contentType;
    private final String familyStart;

    @SuppressWarnings("ImmutableEnumChecker") // never changed
    private final byte[] end;

    MetricsFormat(String contentType, String familyStart, String end) {
        this.contentType = contentType;
        this.familyStart = familyStart;
        this.end = end.getBytes(StandardCharsets.US_ASCII);
    }

    /** For the header {@code Content-Type}. */
    public String contentType() {
        return contentType;
    }

    /** What the first line of every metric family starts with, before its name. */
    String familyStart() {
        return familyStart;
    }

    /** What every page ends with. */
    byte[] end() {
        return end.clone();
    }

    byte[] write(MetricSnapshots snapshots, int expectedBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(expectedBytes);
        try {
            writer().write(out, snapshots, EscapingScheme.UNDERSCORE_ESCAPING);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toByteArray();
    }

    private ExpositionFormatWriter writer() {
        return switch (this) {
            case TEXT -> PrometheusTextFormatWriter.create();
            case OPENMETRICS -> OpenMetricsTextFormatWriter.create();
        };
    }
}
