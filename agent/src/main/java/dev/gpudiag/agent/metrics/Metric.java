package dev.gpudiag.agent.metrics;

import static java.util.Objects.requireNonNull;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;

/**
 * A row of the metric table.
 *
 * @param name without the {@code _total} of a counter and the {@code _info} of an info
 * @param help one sentence, shown by Prometheus and in the reference
 * @param labels the names that its series may have
 * @param extractor finds its series in what an agent knows; gives none where nothing was read
 */
record Metric(String name, Type type, String help, List<String> labels, Extractor extractor) {

    private static final List<String> UNITS =
            List.of("bytes_per_second", "bytes", "seconds", "celsius", "watts", "joules", "hertz", "ratio");

    /** Types of metrics. */
    enum Type {
        GAUGE(""),
        COUNTER("_total"),
        INFO("_info"),
        /** A counter whose name does not end in {@code _total}, which only DCGM's names have. */
        BARE_COUNTER("");

        private final String suffix;

        Type(String suffix) {
            this.suffix = suffix;
        }

        String text() {
            return switch (this) {
                case GAUGE, INFO -> "gauge";
                case COUNTER, BARE_COUNTER -> "counter";
            };
        }
    }

    /** Takes the series of one metric. */
    interface Series {
        void add(double value, Labels labels);
    }

    /** Finds the series of one metric. */
    interface Extractor {
        void extract(Scrape scrape, Series series);
    }

    Metric {
        requireNonNull(name, "name is null");
        requireNonNull(help, "help is null");
        labels = List.copyOf(labels);
        requireNonNull(extractor, "extractor is null");
    }

    static Metric gauge(String name, String help, List<String> labels, Extractor extractor) {
        return new Metric(name, Type.GAUGE, help, labels, extractor);
    }

    static Metric counter(String name, String help, List<String> labels, Extractor extractor) {
        return new Metric(name, Type.COUNTER, help, labels, extractor);
    }

    /** Its series all have the value 1. */
    static Metric info(String name, String help, List<String> labels, Extractor extractor) {
        return new Metric(name, Type.INFO, help, labels, extractor);
    }

    /** The name that Prometheus shows. */
    String exposedName() {
        return name + type.suffix;
    }

    /** The base unit, which the name ends with; empty for a number of things. */
    String unit() {
        return UNITS.stream()
                .filter(unit -> name.endsWith("_" + unit))
                .findFirst()
                .orElse("");
    }
}
