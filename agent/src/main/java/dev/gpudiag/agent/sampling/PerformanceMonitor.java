package dev.gpudiag.agent.sampling;

import dev.gpudiag.nvml.GpmMetric;
import dev.gpudiag.nvml.GpmSample;
import dev.gpudiag.nvml.Nvml;
import dev.gpudiag.nvml.NvmlDevice;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.nvml.NvmlReturn;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads the performance monitor (GPM) of one GPU, Hopper on: each reading is over the time since the one before, so that the
 * first has none.
 */
final class PerformanceMonitor {

    private static final String FUNCTION = "nvmlGpmMetricsGet";

    /** What NVIDIA gives as the shortest time between two samples. */
    private static final long SHORTEST_NANOS = 100_000_000;

    private static final double PERCENT = 0.01;
    private static final double MEBI = 1024.0 * 1024;

    /** @param id of nvmlGpmMetricId_t */
    private record Row(int id, Quantity<Double> quantity, double unit) {}

    private static final List<Row> ROWS = List.of(
            new Row(1, GpuQuantities.PROFILE_GRAPHICS_ACTIVE, PERCENT),
            new Row(2, GpuQuantities.PROFILE_SM_ACTIVE, PERCENT),
            new Row(3, GpuQuantities.PROFILE_SM_OCCUPANCY, PERCENT),
            new Row(4, GpuQuantities.PROFILE_INTEGER_ACTIVE, PERCENT),
            new Row(5, GpuQuantities.PROFILE_TENSOR_ACTIVE, PERCENT),
            new Row(10, GpuQuantities.PROFILE_DRAM_ACTIVE, PERCENT),
            new Row(11, GpuQuantities.PROFILE_FP64_ACTIVE, PERCENT),
            new Row(12, GpuQuantities.PROFILE_FP32_ACTIVE, PERCENT),
            new Row(13, GpuQuantities.PROFILE_FP16_ACTIVE, PERCENT),
            new Row(20, GpuQuantities.PROFILE_PCIE_TRANSMIT, MEBI),
            new Row(21, GpuQuantities.PROFILE_PCIE_RECEIVE, MEBI),
            new Row(60, GpuQuantities.PROFILE_NVLINK_RECEIVE, MEBI),
            new Row(61, GpuQuantities.PROFILE_NVLINK_TRANSMIT, MEBI));

    private static final int[] IDS = ROWS.stream().mapToInt(Row::id).toArray();

    private final Nvml nvml;
    private final Consumer<String> enter;
    private Optional<Boolean> supported = Optional.empty();
    private GpmSample before;
    private GpmSample spare;
    private long beforeNanos;
    private Readings last = Readings.empty();

    PerformanceMonitor(Nvml nvml, Consumer<String> enter) {
        this.nvml = nvml;
        this.enter = enter;
    }

    /** Reads what passed since the last reading; an exception that ends the reading of this GPU, if there was one. */
    Optional<NvmlException> read(NvmlDevice device, Readings.Builder into) {
        try {
            if (supported.isEmpty()) {
                enter.accept("nvmlGpmQueryDeviceSupport");
                supported = Optional.of(device.gpmSupported());
            }
            if (supported.get()) {
                into.putAll(readSupported(device));
            } else {
                put(Reading.missing(Reading.Reason.NOT_SUPPORTED, "nvmlGpmQueryDeviceSupport", "no GPM"), into);
            }
            return Optional.empty();
        } catch (NvmlException e) {
            put(NvmlReasons.missing(e), into);
            if (e.code().code() == NvmlReturn.FUNCTION_NOT_FOUND.code()) {
                supported = Optional.of(false);
            }
            return Optional.of(e).filter(failure -> NvmlReasons.isTerminal(failure.code()));
        }
    }

    private static void put(Reading<Double> reading, Readings.Builder into) {
        ROWS.forEach(row -> into.put(row.quantity, reading));
    }

    private Readings readSupported(NvmlDevice device) throws NvmlException {
        long now = System.nanoTime();
        if (before != null && now - beforeNanos < SHORTEST_NANOS) {
            return last;
        }
        if (spare == null) {
            enter.accept("nvmlGpmSampleAlloc");
            spare = nvml.gpmSample();
        }
        enter.accept("nvmlGpmSampleGet");
        device.gpmSampleGet(spare);
        GpmSample taken = spare;
        spare = before;
        before = taken;
        beforeNanos = now;
        last = spare == null ? first() : between(spare, taken);
        return last;
    }

    private static Readings first() {
        Readings.Builder readings = Readings.builder();
        put(Reading.notRead("needs two samples"), readings);
        return readings.build();
    }

    private Readings between(GpmSample begin, GpmSample end) throws NvmlException {
        enter.accept(FUNCTION);
        List<GpmMetric> metrics = begin.metricsUntil(end, IDS);
        Readings.Builder readings = Readings.builder();
        for (int i = 0; i < ROWS.size(); i++) {
            readings.put(ROWS.get(i).quantity, reading(ROWS.get(i), metrics.get(i)));
        }
        return readings.build();
    }

    private static Reading<Double> reading(Row row, GpmMetric metric) {
        String source = FUNCTION + "(" + row.id + ")";
        if (metric.result().code() != NvmlReturn.SUCCESS.code()) {
            return NvmlReasons.missing(source, metric.result());
        }
        return Double.isFinite(metric.value()) && metric.value() >= 0
                ? Reading.of(metric.value() * row.unit, source)
                : Reading.missing(Reading.Reason.FAILED, source, "gave " + metric.value());
    }

    /** Gives the driver's memory back; to be called when nobody reads. */
    void close() {
        close(before);
        close(spare);
        before = null;
        spare = null;
    }

    private static void close(GpmSample sample) {
        if (sample == null) {
            return;
        }
        try {
            sample.close();
        } catch (NvmlException e) {
            // of a driver that has failed: its memory goes with it
            return;
        }
    }
}
