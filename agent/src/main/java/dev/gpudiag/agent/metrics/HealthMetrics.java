package dev.gpudiag.agent.metrics;

import static dev.gpudiag.agent.metrics.ReadingMetric.counter;
import static dev.gpudiag.agent.metrics.ReadingMetric.gauge;
import static dev.gpudiag.agent.metrics.ReadingMetric.series;

import dev.gpudiag.telemetry.GpuQuantities;
import java.util.List;

/** Memory errors of each GPU and their repair; always on, since they are few and seldom read. */
final class HealthMetrics {

    static final List<Metric> ALL = List.of(
            counter(
                    "gpudiag_gpu_ecc_errors",
                    "ECC errors; volatile since the driver was loaded, aggregate of the board's life.",
                    series(GpuQuantities.ECC_VOLATILE_CORRECTED, "severity", "corrected", "scope", "volatile"),
                    series(GpuQuantities.ECC_VOLATILE_UNCORRECTED, "severity", "uncorrected", "scope", "volatile"),
                    series(GpuQuantities.ECC_AGGREGATE_CORRECTED, "severity", "corrected", "scope", "aggregate"),
                    series(GpuQuantities.ECC_AGGREGATE_UNCORRECTED, "severity", "uncorrected", "scope", "aggregate")),
            gauge("gpudiag_gpu_ecc_mode", GpuQuantities.ECC_MODE, "1 while ECC is on."),
            counter(
                    "gpudiag_gpu_ecc_location_errors",
                    "ECC errors by memory; what is in neither is in gpudiag_gpu_ecc_errors_total alone.",
                    series(
                            GpuQuantities.ECC_VOLATILE_SRAM_CORRECTED,
                            "severity",
                            "corrected",
                            "scope",
                            "volatile",
                            "location",
                            "sram"),
                    series(
                            GpuQuantities.ECC_VOLATILE_SRAM_UNCORRECTED,
                            "severity",
                            "uncorrected",
                            "scope",
                            "volatile",
                            "location",
                            "sram"),
                    series(
                            GpuQuantities.ECC_VOLATILE_DRAM_CORRECTED,
                            "severity",
                            "corrected",
                            "scope",
                            "volatile",
                            "location",
                            "dram"),
                    series(
                            GpuQuantities.ECC_VOLATILE_DRAM_UNCORRECTED,
                            "severity",
                            "uncorrected",
                            "scope",
                            "volatile",
                            "location",
                            "dram"),
                    series(
                            GpuQuantities.ECC_AGGREGATE_SRAM_CORRECTED,
                            "severity",
                            "corrected",
                            "scope",
                            "aggregate",
                            "location",
                            "sram"),
                    series(
                            GpuQuantities.ECC_AGGREGATE_SRAM_UNCORRECTED,
                            "severity",
                            "uncorrected",
                            "scope",
                            "aggregate",
                            "location",
                            "sram"),
                    series(
                            GpuQuantities.ECC_AGGREGATE_DRAM_CORRECTED,
                            "severity",
                            "corrected",
                            "scope",
                            "aggregate",
                            "location",
                            "dram"),
                    series(
                            GpuQuantities.ECC_AGGREGATE_DRAM_UNCORRECTED,
                            "severity",
                            "uncorrected",
                            "scope",
                            "aggregate",
                            "location",
                            "dram")),
            counter(
                    "gpudiag_gpu_ecc_sram_uncorrected_errors",
                    "Uncorrected SRAM errors of the board's life by unit.",
                    series(GpuQuantities.ECC_SRAM_L2, "unit", "l2"),
                    series(GpuQuantities.ECC_SRAM_SM, "unit", "sm"),
                    series(GpuQuantities.ECC_SRAM_PCIE, "unit", "pcie"),
                    series(GpuQuantities.ECC_SRAM_MCU, "unit", "mcu"),
                    series(GpuQuantities.ECC_SRAM_OTHER, "unit", "other")),
            gauge(
                    "gpudiag_gpu_ecc_sram_threshold_exceeded",
                    GpuQuantities.SRAM_THRESHOLD_EXCEEDED,
                    "1 when the board has had so many SRAM errors that it should be replaced."),
            gauge(
                    "gpudiag_gpu_remapped_rows",
                    "Rows remapped, by the kind of error.",
                    series(GpuQuantities.REMAPPED_ROWS_CORRECTABLE, "cause", "correctable"),
                    series(GpuQuantities.REMAPPED_ROWS_UNCORRECTABLE, "cause", "uncorrectable")),
            gauge(
                    "gpudiag_gpu_row_remap_pending",
                    GpuQuantities.REMAPPED_ROWS_PENDING,
                    "1 while a row waits for a reset to be remapped."),
            gauge(
                    "gpudiag_gpu_row_remap_failure",
                    GpuQuantities.REMAPPED_ROWS_FAILURE,
                    "1 when a row could not be remapped."),
            gauge(
                    "gpudiag_gpu_retired_pages",
                    "Pages retired (before Ampere), by the kind of error.",
                    series(GpuQuantities.RETIRED_PAGES_SINGLE_BIT, "cause", "single_bit"),
                    series(GpuQuantities.RETIRED_PAGES_DOUBLE_BIT, "cause", "double_bit")),
            gauge(
                    "gpudiag_gpu_recovery_action",
                    GpuQuantities.RECOVERY_ACTION,
                    "What the driver asks for: 0 nothing, 1 GPU reset, 2 node reboot, 3 drain P2P, 4 drain and reset,"
                            + " 5 recover IMEX domain."),
            gauge(
                    "gpudiag_gpu_row_remap_banks",
                    "Memory banks by the spare rows that they have left (Ampere on).",
                    series(GpuQuantities.REMAP_BANKS_MAX, "spares", "max"),
                    series(GpuQuantities.REMAP_BANKS_HIGH, "spares", "high"),
                    series(GpuQuantities.REMAP_BANKS_PARTIAL, "spares", "partial"),
                    series(GpuQuantities.REMAP_BANKS_LOW, "spares", "low"),
                    series(GpuQuantities.REMAP_BANKS_NONE, "spares", "none")),
            gauge(
                    "gpudiag_gpu_retired_pages_pending",
                    GpuQuantities.RETIRED_PAGES_PENDING,
                    "1 while a page waits for a reboot to be retired (before Ampere)."),
            gauge(
                    "gpudiag_gpu_repair_pending",
                    "1 while a part waits for a reset to be repaired.",
                    series(GpuQuantities.CHANNEL_REPAIR_PENDING, "part", "memory_channel"),
                    series(GpuQuantities.TPC_REPAIR_PENDING, "part", "tpc")),
            gauge(
                    "gpudiag_gpu_unrepairable_memory",
                    GpuQuantities.UNREPAIRABLE_MEMORY,
                    "1 when memory is beyond repair."),
            gauge("gpudiag_gpu_inforom_valid", GpuQuantities.INFOROM_VALID, "0 when the InfoROM is corrupted."));

    private HealthMetrics() {}
}
