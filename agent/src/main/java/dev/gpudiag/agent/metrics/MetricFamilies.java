package dev.gpudiag.agent.metrics;

import dev.gpudiag.telemetry.Readings;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Collects series into metric families: all series of one name together, as the text format wants them. */
final class MetricFamilies {

    private final Map<String, GaugeSnapshot.Builder> gauges = new LinkedHashMap<>();
    private final Map<String, CounterSnapshot.Builder> counters = new LinkedHashMap<>();
    private final Map<String, InfoSnapshot.Builder> infos = new LinkedHashMap<>();
    private final Map<String, UnknownSnapshot.Builder> unknowns = new LinkedHashMap<>();

    void gauge(String name, String help, Labels labels, double value) {
        gauges.computeIfAbsent(name, key -> GaugeSnapshot.builder().name(key).help(help))
                .dataPoint(new GaugeSnapshot.GaugeDataPointSnapshot(value, labels, null));
    }

    void info(String name, String help, Labels labels) {
        infos.computeIfAbsent(name, key -> InfoSnapshot.builder().name(key).help(help))
                .dataPoint(new InfoSnapshot.InfoDataPointSnapshot(labels));
    }

    /** Adds the rows of which a value was read. */
    void add(List<GpuMetric> rows, Readings readings, Labels labels) {
        for (GpuMetric row : rows) {
            for (GpuMetric.Source source : row.sources()) {
                OptionalDouble value = number(readings, source);
                if (value.isEmpty()) {
                    continue;
                }
                Labels all = source.labels().isEmpty() ? labels : labels.merge(source.labels());
                switch (row.type()) {
                    case GAUGE -> gauge(row.name(), row.help(), all, value.getAsDouble());
                    case COUNTER -> counter(row, all, value.getAsDouble());
                }
            }
        }
    }

    private void counter(GpuMetric row, Labels labels, double value) {
        counter(row.name(), row.help(), labels, value);
    }

    /** @param name without its {@code _total} */
    void counter(String name, String help, Labels labels, double value) {
        counters.computeIfAbsent(
                        name, key -> CounterSnapshot.builder().name(key).help(help))
                .dataPoint(new CounterSnapshot.CounterDataPointSnapshot(value, labels, null, 0));
    }

    private static OptionalDouble number(Readings readings, GpuMetric.Source source) {
        return switch (readings.value(source.quantity()).orElse(null)) {
            case Number number -> OptionalDouble.of(number.doubleValue());
            case Boolean flag -> OptionalDouble.of(flag ? 1 : 0);
            case null, default -> OptionalDouble.empty();
        };
    }

    /** A series of a type that the format cannot say. */
    void unknown(String name, String help, Labels labels, double value) {
        unknowns.computeIfAbsent(
                        name, key -> UnknownSnapshot.builder().name(key).help(help))
                .dataPoint(new UnknownSnapshot.UnknownDataPointSnapshot(value, labels, null));
    }

    MetricSnapshots snapshots() {
        MetricSnapshots.Builder builder = MetricSnapshots.builder();
        infos.values().forEach(info -> builder.metricSnapshot(info.build()));
        gauges.values().forEach(gauge -> builder.metricSnapshot(gauge.build()));
        counters.values().forEach(counter -> builder.metricSnapshot(counter.build()));
        unknowns.values().forEach(unknown -> builder.metricSnapshot(unknown.build()));
        return builder.build();
    }
}
