package dev.gpudiag.agent.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot.UnknownDataPointSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects the series of a page, row by row, up to a limit; what does not fit is counted. */
final class MetricFamilies {

    private final int limit;
    private final DroppedSeries dropped;
    private final List<MetricSnapshot> families = new ArrayList<>();
    private int series;

    MetricFamilies(int limit, DroppedSeries dropped) {
        this.limit = limit;
        this.dropped = dropped;
    }

    /** Adds what a row finds, as far as it fits. */
    void add(Metric row, Scrape scrape) {
        add(row, scrape, limit);
    }

    /** Adds what a row finds although the page is full: of rows that tell just that. */
    void addAlways(Metric row, Scrape scrape) {
        add(row, scrape, Integer.MAX_VALUE);
    }

    private void add(Metric row, Scrape scrape, int most) {
        Map<Labels, Double> found = new LinkedHashMap<>();
        row.extractor().extract(scrape, (value, labels) -> {
            if (found.containsKey(labels)) {
                dropped.add(DroppedSeries.Reason.DUPLICATE, 1);
            } else if (series >= most) {
                dropped.add(DroppedSeries.Reason.PAGE, 1);
            } else {
                found.put(labels, value);
                series++;
            }
        });
        if (!found.isEmpty()) {
            families.add(snapshot(row, found));
        }
    }

    /** Adds a family that somebody else has made. */
    void add(MetricSnapshot family) {
        families.add(family);
    }

    private static MetricSnapshot snapshot(Metric row, Map<Labels, Double> found) {
        MetricMetadata metadata = row.unit().isEmpty()
                ? new MetricMetadata(row.name(), row.help())
                : new MetricMetadata(row.name(), row.help(), new Unit(row.unit()));
        return switch (row.type()) {
            case GAUGE -> {
                List<GaugeDataPointSnapshot> points = new ArrayList<>(found.size());
                found.forEach((labels, value) -> points.add(new GaugeDataPointSnapshot(value, labels, null)));
                yield new GaugeSnapshot(metadata, points);
            }
            case COUNTER -> {
                List<CounterDataPointSnapshot> points = new ArrayList<>(found.size());
                found.forEach((labels, value) -> points.add(new CounterDataPointSnapshot(value, labels, null, 0)));
                yield new CounterSnapshot(metadata, points);
            }
            case INFO -> {
                List<InfoDataPointSnapshot> points = new ArrayList<>(found.size());
                found.forEach((labels, value) -> points.add(new InfoDataPointSnapshot(labels)));
                yield new InfoSnapshot(metadata, points);
            }
            case BARE_COUNTER -> {
                List<UnknownDataPointSnapshot> points = new ArrayList<>(found.size());
                found.forEach((labels, value) -> points.add(new UnknownDataPointSnapshot(value, labels, null)));
                yield new UnknownSnapshot(metadata, points);
            }
        };
    }

    MetricSnapshots snapshots() {
        return new MetricSnapshots(families);
    }
}
