package dev.gpudiag.agent.metrics;

import dev.gpudiag.telemetry.Quantity;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;

/**
 * A row of the metric table: a metric of each GPU, one series per source.
 *
 * @param name without the {@code _total} of a counter
 * @param help one sentence, shown by Prometheus and in the reference
 */
record GpuMetric(String name, Type type, String help, List<Source> sources) {

    /** Types of metrics. */
    enum Type {
        GAUGE,
        COUNTER
    }

    /** Where a series comes from, and the labels that tell it from its siblings. */
    record Source(Quantity<?> quantity, Labels labels) {}

    static GpuMetric gauge(String name, Quantity<?> quantity, String help) {
        return new GpuMetric(name, Type.GAUGE, help, List.of(new Source(quantity, Labels.EMPTY)));
    }

    static GpuMetric gauge(String name, String help, Source... sources) {
        return new GpuMetric(name, Type.GAUGE, help, List.of(sources));
    }

    static GpuMetric counter(String name, Quantity<?> quantity, String help) {
        return new GpuMetric(name, Type.COUNTER, help, List.of(new Source(quantity, Labels.EMPTY)));
    }

    static GpuMetric counter(String name, String help, Source... sources) {
        return new GpuMetric(name, Type.COUNTER, help, List.of(sources));
    }

    static Source series(Quantity<?> quantity, String... labels) {
        return new Source(quantity, Labels.of(labels));
    }

    /** The name that Prometheus shows. */
    String exposedName() {
        return type == Type.COUNTER ? name + "_total" : name;
    }
}
