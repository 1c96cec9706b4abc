package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlGpmMetricsGet;
import static dev.gpudiag.nvml.Symbol.nvmlGpmSampleAlloc;
import static dev.gpudiag.nvml.Symbol.nvmlGpmSampleFree;

import com.sun.jna.Pointer;
import dev.gpudiag.nvml.Layouts.nvmlGpmMetric_t;
import dev.gpudiag.nvml.Layouts.nvmlGpmMetricsGet_t;
import java.util.ArrayList;
import java.util.List;

/** One reading of a GPU's performance monitor; metrics are over the time between two of them. */
public final class GpmSample implements AutoCloseable {
    private static final int MOST_METRICS =
            (nvmlGpmMetricsGet_t.sizeof - nvmlGpmMetricsGet_t.metrics) / nvmlGpmMetric_t.sizeof;

    private final Nvml nvml;
    private final long handle;
    private boolean closed;

    private GpmSample(Nvml nvml, long handle) {
        this.nvml = nvml;
        this.handle = handle;
    }

    static GpmSample allocate(Nvml nvml) throws NvmlException {
        Scratch out = nvml.require(nvmlGpmSampleAlloc).clear(8);
        nvml.check(nvmlGpmSampleAlloc, Natives.nvmlGpmSampleAlloc(out.address()));
        return new GpmSample(nvml, out.int64(0));
    }

    /**
     * Metrics over the time from this sample to a later one, of nvmlGpmMetricId_t.
     *
     * @throws IllegalArgumentException for more metrics than the struct holds, 333
     */
    public List<GpmMetric> metricsUntil(GpmSample later, int... metricIds) throws NvmlException {
        if (metricIds.length > MOST_METRICS) {
            throw new IllegalArgumentException(metricIds.length + " metrics, at most " + MOST_METRICS);
        }
        // The whole struct, the largest of nvml.h: older libraries use a prefix of it.
        Scratch memory = nvml.require(nvmlGpmMetricsGet).clear(nvmlGpmMetricsGet_t.sizeof);
        memory.putInt(nvmlGpmMetricsGet_t.version, nvmlGpmMetricsGet_t.VERSION)
                .putInt(nvmlGpmMetricsGet_t.numMetrics, metricIds.length)
                .putLong(nvmlGpmMetricsGet_t.sample1, handle())
                .putLong(nvmlGpmMetricsGet_t.sample2, later.handle());
        for (int i = 0; i < metricIds.length; i++) {
            memory.putInt(metric(i) + nvmlGpmMetric_t.metricId, metricIds[i]);
        }
        nvml.check(nvmlGpmMetricsGet, Natives.nvmlGpmMetricsGet(memory.address()));
        List<GpmMetric> metrics = new ArrayList<>();
        for (int i = 0; i < metricIds.length; i++) {
            metrics.add(new GpmMetric(
                    memory.int32(metric(i) + nvmlGpmMetric_t.metricId),
                    NvmlReturn.of(memory.int32(metric(i) + nvmlGpmMetric_t.nvmlReturn)),
                    memory.float64(metric(i) + nvmlGpmMetric_t.value),
                    constant(memory.int64(metric(i) + nvmlGpmMetric_t.metricInfo_shortName)),
                    constant(memory.int64(metric(i) + nvmlGpmMetric_t.metricInfo_unit))));
        }
        return metrics;
    }

    long handle() {
        if (closed) {
            throw new IllegalStateException("this sample is closed");
        }
        return handle;
    }

    @Override
    public void close() throws NvmlException {
        if (!closed) {
            closed = true;
            nvml.require(nvmlGpmSampleFree);
            nvml.check(nvmlGpmSampleFree, Natives.nvmlGpmSampleFree(handle));
        }
    }

    private static int metric(int i) {
        return nvmlGpmMetricsGet_t.metrics + i * nvmlGpmMetric_t.sizeof;
    }

    /** A text within the library. */
    private static String constant(long address) {
        return address == 0 ? "" : new Pointer(address).getString(0, "UTF-8");
    }
}
