package dev.gpudiag.agent.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Collection;
import java.util.List;

/**
 * The pages of {@code /metrics}: collected once per tick of the scheduler and handed out from memory.
 *
 * <p>Collected by ticks, not by samples, so that sample age grows when samples stop. Thread-safe: one writer, any readers;
 * a reader calls no driver and waits for nothing but the writing of the page in its format, once per tick.
 */
public final class MetricsPage {

    /** Prometheus text format 0.0.4. */
    public static final String CONTENT_TYPE = MetricsFormat.TEXT.contentType();

    /** So many families may be asked for by name. */
    public static final int MOST_NAMES = 100;

    private static final int FIRST_GUESS_BYTES = 64 * 1024;

    private final MultiCollector collector;
    private volatile TickPage tick = new TickPage(new MetricSnapshots(List.of()), 16);
    private volatile int lastBytes = FIRST_GUESS_BYTES;

    public MetricsPage(MultiCollector collector) {
        this.collector = collector;
    }

    /** Collects anew. */
    public void render() {
        tick = new TickPage(collector.collect(), lastBytes + 1024);
    }

    /**
     * The page as it was collected last.
     *
     * @param names the families to hand out ({@code name[]}), all where empty; unknown ones give nothing
     * @throws IllegalArgumentException for more than {@link #MOST_NAMES} names
     */
    public Rendering page(MetricsFormat format, boolean gzip, Collection<String> names) {
        if (names.size() > MOST_NAMES) {
            throw new IllegalArgumentException(names.size() + " names, at most " + MOST_NAMES);
        }
        Rendering rendering = tick.render(format, gzip, names);
        if (!gzip && names.isEmpty()) {
            lastBytes = rendering.body().length;
        }
        return rendering;
    }

    /** The whole page as text; not to be changed. */
    public byte[] text() {
        return page(MetricsFormat.TEXT, false, List.of()).body();
    }
}
