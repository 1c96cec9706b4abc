package dev.gpudiag.agent.metrics;

import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Readings;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Makes rows of the metric table of what was read of each GPU, NVLink or MIG device: one series per quantity that was read.
 *
 * @param quantity numbers as they are, flags as 0 and 1
 * @param labels what tells this series from its siblings
 */
record ReadingMetric(Quantity<?> quantity, Labels labels) {

    /** What a row is of. */
    enum Of {
        GPU,
        LINK,
        MIG
    }

    static ReadingMetric series(Quantity<?> quantity, String... labels) {
        return new ReadingMetric(quantity, Labels.of(labels));
    }

    static Metric gauge(String name, Quantity<?> quantity, String help) {
        return gauge(name, help, series(quantity));
    }

    static Metric gauge(String name, String help, ReadingMetric... sources) {
        return gauge(Of.GPU, name, help, sources);
    }

    static Metric gauge(Of of, String name, String help, ReadingMetric... sources) {
        List<ReadingMetric> all = List.of(sources);
        return Metric.gauge(name, help, labels(of, all), extractor(of, all));
    }

    static Metric counter(String name, Quantity<?> quantity, String help) {
        return counter(name, help, series(quantity));
    }

    static Metric counter(String name, String help, ReadingMetric... sources) {
        return counter(Of.GPU, name, help, sources);
    }

    static Metric counter(Of of, String name, String help, ReadingMetric... sources) {
        List<ReadingMetric> all = List.of(sources);
        return Metric.counter(name, help, labels(of, all), extractor(of, all));
    }

    /** The number in a reading; empty where nothing was read, or text. */
    static OptionalDouble number(Readings readings, Quantity<?> quantity) {
        return switch (readings.value(quantity).orElse(null)) {
            case Number number -> OptionalDouble.of(number.doubleValue());
            case Boolean flag -> OptionalDouble.of(flag ? 1 : 0);
            case null, default -> OptionalDouble.empty();
        };
    }

    private static List<String> labels(Of of, List<ReadingMetric> sources) {
        Set<String> names = new LinkedHashSet<>(of == Of.MIG ? GpuView.MIG_LABELS : GpuView.LABELS);
        if (of == Of.LINK) {
            names.add("link");
        }
        sources.forEach(source -> source.labels.forEach(label -> names.add(label.getName())));
        return List.copyOf(names);
    }

    private static Metric.Extractor extractor(Of of, List<ReadingMetric> sources) {
        return (scrape, series) -> {
            for (GpuView gpu : scrape.answering()) {
                switch (of) {
                    case GPU -> add(sources, gpu.sample().readings(), gpu.labels(), series);
                    case LINK -> addLinks(sources, gpu, series);
                    case MIG ->
                        gpu.migs().forEach(mig -> add(sources, mig.device().readings(), mig.labels(), series));
                }
            }
        };
    }

    private static void addLinks(List<ReadingMetric> sources, GpuView gpu, Metric.Series series) {
        List<Readings> links = gpu.sample().nvlinks();
        for (int link = 0; link < links.size(); link++) {
            add(sources, links.get(link), gpu.labels().add("link", Integer.toString(link)), series);
        }
    }

    private static void add(List<ReadingMetric> sources, Readings readings, Labels labels, Metric.Series series) {
        for (ReadingMetric source : sources) {
            number(readings, source.quantity)
                    .ifPresent(
                            value -> series.add(value, source.labels.isEmpty() ? labels : labels.merge(source.labels)));
        }
    }
}
