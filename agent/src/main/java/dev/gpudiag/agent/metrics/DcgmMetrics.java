package dev.gpudiag.agent.metrics;

import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Readings;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * DCGM's names, with the types, units and labels that dcgm-exporter gives them, for dashboards and autoscalers that are there.
 *
 * <p>Names, types and help after its lists of counters, {@code etc/default-counters.csv} and {@code
 * etc/dcp-metrics-included.csv}. Of a GPU that MIG splits, what an instance has of its own (memory, ECC) is given per instance
 * and the rest once per GPU, so that sums are right; what cannot be read is absent where DCGM shows a blank value.
 */
final class DcgmMetrics {

    private static final double MEBI = 1024.0 * 1024;
    private static final double PERCENT = 100;
    private static final double NANOS = 1e9;

    static final List<Metric> ALL = List.of(
            gauge("DEV_SM_CLOCK", GpuQuantities.CLOCK_SM, 1e-6, "SM clock frequency (in MHz)."),
            gauge("DEV_MEM_CLOCK", GpuQuantities.CLOCK_MEMORY, 1e-6, "Memory clock frequency (in MHz)."),
            gauge("DEV_MEMORY_TEMP", GpuQuantities.TEMPERATURE_MEMORY, 1, "Memory temperature (in C)."),
            gauge("DEV_GPU_TEMP", GpuQuantities.TEMPERATURE_GPU, 1, "GPU temperature (in C)."),
            gauge("DEV_POWER_USAGE", GpuQuantities.POWER_USAGE, 1, "Power draw (in W)."),
            counter(
                    "DEV_TOTAL_ENERGY_CONSUMPTION",
                    GpuQuantities.ENERGY,
                    1000,
                    "Total energy consumption since boot (in mJ)."),
            counter("DEV_PCIE_REPLAY_COUNTER", GpuQuantities.PCIE_REPLAYS, 1, "Total number of PCIe retries."),
            gauge("DEV_GPU_UTIL", GpuQuantities.UTILIZATION_GPU, PERCENT, "GPU utilization (in %)."),
            gauge("DEV_MEM_COPY_UTIL", GpuQuantities.UTILIZATION_MEMORY, PERCENT, "Memory utilization (in %)."),
            gauge("DEV_ENC_UTIL", GpuQuantities.UTILIZATION_ENCODER, PERCENT, "Encoder utilization (in %)."),
            gauge("DEV_DEC_UTIL", GpuQuantities.UTILIZATION_DECODER, PERCENT, "Decoder utilization (in %)."),
            row(
                    "DEV_XID_ERRORS",
                    Metric.Type.GAUGE,
                    "Value of the last XID error encountered.",
                    DcgmSubject.LABELS,
                    DcgmMetrics::lastXid),
            gauge(
                    "DEV_CLOCK_THROTTLE_REASONS",
                    GpuQuantities.CLOCK_EVENT_REASONS,
                    1,
                    "Current clock throttle reasons (bitmask)."),
            violation("POWER", GpuQuantities.VIOLATION_POWER, "power constraints"),
            violation("THERMAL", GpuQuantities.VIOLATION_THERMAL, "thermal constraints"),
            violation("SYNC_BOOST", GpuQuantities.VIOLATION_SYNC_BOOST, "sync-boost constraints"),
            violation("BOARD_LIMIT", GpuQuantities.VIOLATION_BOARD_LIMIT, "board limit constraints"),
            violation("LOW_UTIL", GpuQuantities.VIOLATION_LOW_UTILIZATION, "low utilization"),
            violation("RELIABILITY", GpuQuantities.VIOLATION_RELIABILITY, "reliability constraints"),
            memory("DEV_FB_FREE", GpuQuantities.MEMORY_FREE, "Framebuffer memory free (in MiB)."),
            memory("DEV_FB_USED", GpuQuantities.MEMORY_USED, "Framebuffer memory used (in MiB)."),
            memory("DEV_FB_RESERVED", GpuQuantities.MEMORY_RESERVED, "Framebuffer memory reserved (in MiB)."),
            memory("DEV_FB_TOTAL", GpuQuantities.MEMORY_TOTAL, "Total framebuffer memory (in MiB)."),
            split(
                    "DEV_ECC_SBE_VOL_TOTAL",
                    Metric.Type.BARE_COUNTER,
                    GpuQuantities.ECC_VOLATILE_CORRECTED,
                    1,
                    "Total number of single-bit volatile ECC errors."),
            split(
                    "DEV_ECC_DBE_VOL_TOTAL",
                    Metric.Type.BARE_COUNTER,
                    GpuQuantities.ECC_VOLATILE_UNCORRECTED,
                    1,
                    "Total number of double-bit volatile ECC errors."),
            counter(
                    "DEV_ECC_SBE_AGG_TOTAL",
                    GpuQuantities.ECC_AGGREGATE_CORRECTED,
                    1,
                    "Total number of single-bit persistent ECC errors."),
            counter(
                    "DEV_ECC_DBE_AGG_TOTAL",
                    GpuQuantities.ECC_AGGREGATE_UNCORRECTED,
                    1,
                    "Total number of double-bit persistent ECC errors."),
            counter(
                    "DEV_RETIRED_SBE",
                    GpuQuantities.RETIRED_PAGES_SINGLE_BIT,
                    1,
                    "Total number of retired pages due to single-bit errors."),
            counter(
                    "DEV_RETIRED_DBE",
                    GpuQuantities.RETIRED_PAGES_DOUBLE_BIT,
                    1,
                    "Total number of retired pages due to double-bit errors."),
            counter(
                    "DEV_RETIRED_PENDING",
                    GpuQuantities.RETIRED_PAGES_PENDING,
                    1,
                    "Total number of pages pending retirement."),
            counter(
                    "DEV_UNCORRECTABLE_REMAPPED_ROWS",
                    GpuQuantities.REMAPPED_ROWS_UNCORRECTABLE,
                    1,
                    "Number of remapped rows for uncorrectable errors"),
            counter(
                    "DEV_CORRECTABLE_REMAPPED_ROWS",
                    GpuQuantities.REMAPPED_ROWS_CORRECTABLE,
                    1,
                    "Number of remapped rows for correctable errors"),
            gauge(
                    "DEV_ROW_REMAP_FAILURE",
                    GpuQuantities.REMAPPED_ROWS_FAILURE,
                    1,
                    "Whether remapping of rows has failed"),
            gauge(
                    "DEV_ROW_REMAP_PENDING",
                    GpuQuantities.REMAPPED_ROWS_PENDING,
                    1,
                    "Whether remapping of rows is pending"),
            links("CRC_FLIT_ERROR", GpuQuantities.NVLINK_CRC_FLIT, "flow-control CRC errors"),
            links("CRC_DATA_ERROR", GpuQuantities.NVLINK_CRC_DATA, "data CRC errors"),
            links("REPLAY_ERROR", GpuQuantities.NVLINK_REPLAYS, "retries"),
            links("RECOVERY_ERROR", GpuQuantities.NVLINK_RECOVERIES, "recovery errors"),
            // a rate in KiB per second by a thousand, which dcgm-exporter calls a counter
            counter(
                    "DEV_NVLINK_BANDWIDTH_TOTAL",
                    GpuQuantities.NVLINK_RATE,
                    1 / 1024.0 / 1000,
                    "Total number of NVLink bandwidth counters for all lanes."),
            gauge(
                    "PROF_GR_ENGINE_ACTIVE",
                    GpuQuantities.PROFILE_GRAPHICS_ACTIVE,
                    1,
                    "Ratio of time the graphics engine is active."),
            gauge(
                    "PROF_SM_ACTIVE",
                    GpuQuantities.PROFILE_SM_ACTIVE,
                    1,
                    "The ratio of cycles an SM has at least 1 warp assigned."),
            gauge(
                    "PROF_SM_OCCUPANCY",
                    GpuQuantities.PROFILE_SM_OCCUPANCY,
                    1,
                    "The ratio of number of warps resident on an SM."),
            gauge(
                    "PROF_PIPE_TENSOR_ACTIVE",
                    GpuQuantities.PROFILE_TENSOR_ACTIVE,
                    1,
                    "Ratio of cycles the tensor (HMMA) pipe is active."),
            gauge(
                    "PROF_DRAM_ACTIVE",
                    GpuQuantities.PROFILE_DRAM_ACTIVE,
                    1,
                    "Ratio of cycles the device memory interface is active sending or receiving data."),
            gauge(
                    "PROF_PIPE_FP64_ACTIVE",
                    GpuQuantities.PROFILE_FP64_ACTIVE,
                    1,
                    "Ratio of cycles the fp64 pipes are active."),
            gauge(
                    "PROF_PIPE_FP32_ACTIVE",
                    GpuQuantities.PROFILE_FP32_ACTIVE,
                    1,
                    "Ratio of cycles the fp32 pipes are active."),
            gauge(
                    "PROF_PIPE_FP16_ACTIVE",
                    GpuQuantities.PROFILE_FP16_ACTIVE,
                    1,
                    "Ratio of cycles the fp16 pipes are active."),
            gauge(
                    "PROF_PCIE_TX_BYTES",
                    GpuQuantities.PROFILE_PCIE_TRANSMIT,
                    1,
                    "The rate of data transmitted over the PCIe bus (in bytes per second)."),
            gauge(
                    "PROF_PCIE_RX_BYTES",
                    GpuQuantities.PROFILE_PCIE_RECEIVE,
                    1,
                    "The rate of data received over the PCIe bus (in bytes per second)."),
            gauge(
                    "PROF_NVLINK_TX_BYTES",
                    GpuQuantities.PROFILE_NVLINK_TRANSMIT,
                    1,
                    "The rate of data transmitted over NVLink (in bytes per second)."),
            gauge(
                    "PROF_NVLINK_RX_BYTES",
                    GpuQuantities.PROFILE_NVLINK_RECEIVE,
                    1,
                    "The rate of data received over NVLink (in bytes per second)."));

    /** Finds the value of one subject. */
    private interface Value {
        OptionalDouble of(DcgmSubject subject, Scrape scrape);
    }

    private DcgmMetrics() {}

    private static Metric gauge(String name, Quantity<?> quantity, double factor, String help) {
        return row(name, Metric.Type.GAUGE, help, DcgmSubject.LABELS, ofGpu(quantity, factor));
    }

    private static Metric counter(String name, Quantity<?> quantity, double factor, String help) {
        return row(name, Metric.Type.BARE_COUNTER, help, DcgmSubject.LABELS, ofGpu(quantity, factor));
    }

    private static Metric violation(String policy, Quantity<Double> quantity, String cause) {
        return counter(
                "DEV_" + policy + "_VIOLATION", quantity, NANOS, "Throttling duration due to " + cause + " (in ns).");
    }

    private static Metric memory(String name, Quantity<Long> quantity, String help) {
        return split(name, Metric.Type.GAUGE, quantity, 1 / MEBI, help);
    }

    /** What each MIG instance has of its own. */
    private static Metric split(String name, Metric.Type type, Quantity<Long> quantity, double factor, String help) {
        List<String> labels = Stream.concat(DcgmSubject.LABELS.stream(), DcgmSubject.INSTANCE_LABELS.stream())
                .toList();
        return row(
                name,
                type,
                help,
                labels,
                (subject, scrape) -> subject.split() ? OptionalDouble.empty() : value(subject, quantity, factor));
    }

    private static Metric links(String kind, Quantity<Long> quantity, String what) {
        return row(
                "DEV_NVLINK_" + kind + "_COUNT_TOTAL",
                Metric.Type.BARE_COUNTER,
                "Total number of NVLink " + what + ".",
                DcgmSubject.LABELS,
                (subject, scrape) -> subject.instance()
                        ? OptionalDouble.empty()
                        : sum(subject.gpu().sample().nvlinks(), quantity));
    }

    private static OptionalDouble sum(List<Readings> links, Quantity<Long> quantity) {
        List<Long> read =
                links.stream().flatMap(link -> link.value(quantity).stream()).toList();
        return read.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(read.stream().mapToDouble(Long::doubleValue).sum());
    }

    private static Value ofGpu(Quantity<?> quantity, double factor) {
        return (subject, scrape) -> subject.instance() ? OptionalDouble.empty() : value(subject, quantity, factor);
    }

    private static OptionalDouble value(DcgmSubject subject, Quantity<?> quantity, double factor) {
        OptionalDouble read = ReadingMetric.number(subject.readings(), quantity);
        return read.isPresent() ? OptionalDouble.of(scaled(read.getAsDouble(), factor)) : read;
    }

    /** Percents and megahertz of whole numbers are whole. */
    private static double scaled(double value, double factor) {
        double product = value * factor;
        double whole = Math.rint(product);
        return Math.abs(product - whole) < 1e-9 * Math.max(1, Math.abs(whole)) ? whole : product;
    }

    private static OptionalDouble lastXid(DcgmSubject subject, Scrape scrape) {
        return subject.instance() ? OptionalDouble.empty() : XidMetrics.last(subject.gpu(), scrape);
    }

    private static Metric row(String name, Metric.Type type, String help, List<String> labels, Value value) {
        return new Metric("DCGM_FI_" + name, type, help, labels, (scrape, series) -> {
            for (DcgmSubject subject : scrape.dcgm()) {
                value.of(subject, scrape).ifPresent(number -> {
                    for (Labels each : subject.labels()) {
                        series.add(number, each);
                    }
                });
            }
        });
    }
}
