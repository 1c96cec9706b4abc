package dev.gpudiag.agent.metrics;

import static dev.gpudiag.agent.metrics.GpuMetric.counter;
import static dev.gpudiag.agent.metrics.GpuMetric.gauge;
import static dev.gpudiag.agent.metrics.GpuMetric.series;

import dev.gpudiag.telemetry.GpuQuantities;
import java.util.List;

/** The metrics of each GPU, and of each MIG device; labels {@code gpu} and {@code uuid} are added to every series. */
final class GpuMetrics {

    static final List<GpuMetric> GPU = List.of(
            gauge(
                    "gpudiag_gpu_utilization_ratio",
                    GpuQuantities.UTILIZATION_GPU,
                    "Part of time with a kernel running, 0 to 1."),
            gauge(
                    "gpudiag_gpu_memory_utilization_ratio",
                    GpuQuantities.UTILIZATION_MEMORY,
                    "Part of time with memory being read or written, 0 to 1."),
            gauge(
                    "gpudiag_gpu_engine_utilization_ratio",
                    "Use of the fixed-function engines, 0 to 1.",
                    series(GpuQuantities.UTILIZATION_ENCODER, "engine", "encoder"),
                    series(GpuQuantities.UTILIZATION_DECODER, "engine", "decoder"),
                    series(GpuQuantities.UTILIZATION_JPEG, "engine", "jpeg"),
                    series(GpuQuantities.UTILIZATION_OFA, "engine", "ofa")),
            gauge("gpudiag_gpu_memory_total_bytes", GpuQuantities.MEMORY_TOTAL, "Framebuffer size."),
            gauge("gpudiag_gpu_memory_used_bytes", GpuQuantities.MEMORY_USED, "Allocated framebuffer."),
            gauge("gpudiag_gpu_memory_free_bytes", GpuQuantities.MEMORY_FREE, "Free framebuffer."),
            gauge(
                    "gpudiag_gpu_memory_reserved_bytes",
                    GpuQuantities.MEMORY_RESERVED,
                    "Framebuffer that driver and firmware keep."),
            gauge("gpudiag_gpu_bar1_total_bytes", GpuQuantities.BAR1_TOTAL, "BAR1 aperture."),
            gauge("gpudiag_gpu_bar1_used_bytes", GpuQuantities.BAR1_USED, "Mapped BAR1."),
            gauge(
                    "gpudiag_gpu_temperature_celsius",
                    "Temperature.",
                    series(GpuQuantities.TEMPERATURE_GPU, "sensor", "gpu"),
                    series(GpuQuantities.TEMPERATURE_MEMORY, "sensor", "memory")),
            gauge(
                    "gpudiag_gpu_temperature_margin_celsius",
                    GpuQuantities.TEMPERATURE_MARGIN,
                    "Distance to the slowdown limit; zero or less is at the limit."),
            gauge(
                    "gpudiag_gpu_temperature_limit_celsius",
                    "The device's own temperature limits.",
                    series(GpuQuantities.THRESHOLD_GPU_MAX, "limit", "operating"),
                    series(GpuQuantities.THRESHOLD_MEMORY_MAX, "limit", "memory_operating"),
                    series(GpuQuantities.THRESHOLD_SLOWDOWN, "limit", "slowdown"),
                    series(GpuQuantities.THRESHOLD_SHUTDOWN, "limit", "shutdown")),
            gauge("gpudiag_gpu_fan_speed_ratio", GpuQuantities.FAN_SPEED, "Fastest fan, part of its maximum."),
            gauge("gpudiag_gpu_power_watts", GpuQuantities.POWER_USAGE, "Board power draw."),
            gauge(
                    "gpudiag_gpu_power_limit_watts",
                    "Board power limits.",
                    series(GpuQuantities.POWER_LIMIT_ENFORCED, "limit", "enforced"),
                    series(GpuQuantities.POWER_LIMIT_DEFAULT, "limit", "default")),
            counter("gpudiag_gpu_energy_joules", GpuQuantities.ENERGY, "Energy since the driver was loaded."),
            gauge(
                    "gpudiag_gpu_clock_hertz",
                    "Clock frequency.",
                    series(GpuQuantities.CLOCK_GRAPHICS, "domain", "graphics"),
                    series(GpuQuantities.CLOCK_SM, "domain", "sm"),
                    series(GpuQuantities.CLOCK_MEMORY, "domain", "memory"),
                    series(GpuQuantities.CLOCK_VIDEO, "domain", "video")),
            gauge(
                    "gpudiag_gpu_clock_max_hertz",
                    "Highest clock frequency.",
                    series(GpuQuantities.CLOCK_MAX_GRAPHICS, "domain", "graphics"),
                    series(GpuQuantities.CLOCK_MAX_SM, "domain", "sm"),
                    series(GpuQuantities.CLOCK_MAX_MEMORY, "domain", "memory"),
                    series(GpuQuantities.CLOCK_MAX_VIDEO, "domain", "video")),
            counter(
                    "gpudiag_gpu_clock_violation_seconds",
                    "Time that the clocks were held down, by policy.",
                    series(GpuQuantities.VIOLATION_POWER, "policy", "power"),
                    series(GpuQuantities.VIOLATION_THERMAL, "policy", "thermal"),
                    series(GpuQuantities.VIOLATION_SYNC_BOOST, "policy", "sync_boost"),
                    series(GpuQuantities.VIOLATION_BOARD_LIMIT, "policy", "board_limit"),
                    series(GpuQuantities.VIOLATION_LOW_UTILIZATION, "policy", "low_utilization"),
                    series(GpuQuantities.VIOLATION_RELIABILITY, "policy", "reliability"),
                    series(GpuQuantities.VIOLATION_SW_THERMAL, "policy", "sw_thermal"),
                    series(GpuQuantities.VIOLATION_HW_THERMAL, "policy", "hw_thermal"),
                    series(GpuQuantities.VIOLATION_HW_POWER_BRAKE, "policy", "hw_power_brake")),
            counter(
                    "gpudiag_gpu_throttled_seconds",
                    "Time that the clocks were held down, by reason: the driver's counter, or summed up over samples.",
                    series(GpuQuantities.THROTTLED_POWER_CAP, "reason", "sw_power_cap"),
                    series(GpuQuantities.THROTTLED_SYNC_BOOST, "reason", "sync_boost"),
                    series(GpuQuantities.THROTTLED_SW_THERMAL, "reason", "sw_thermal"),
                    series(GpuQuantities.THROTTLED_HW_THERMAL, "reason", "hw_thermal"),
                    series(GpuQuantities.THROTTLED_POWER_BRAKE, "reason", "hw_power_brake"),
                    series(GpuQuantities.THROTTLED_HW_SLOWDOWN, "reason", "hw_slowdown")),
            gauge(
                    "gpudiag_gpu_utilization_mean_ratio",
                    GpuQuantities.UTILIZATION_GPU_MEAN,
                    "Mean utilization of the last five minutes, from the driver's own samples."),
            gauge(
                    "gpudiag_gpu_utilization_peak_ratio",
                    GpuQuantities.UTILIZATION_GPU_PEAK,
                    "Highest utilization of the last five minutes, from the driver's own samples."),
            gauge(
                    "gpudiag_gpu_power_mean_watts",
                    GpuQuantities.POWER_MEAN,
                    "Mean power draw of the last five minutes, from the driver's own samples."),
            gauge(
                    "gpudiag_gpu_power_peak_watts",
                    GpuQuantities.POWER_PEAK,
                    "Highest power draw of the last five minutes, from the driver's own samples."),
            gauge(
                    "gpudiag_gpu_clock_mean_hertz",
                    "Mean clock of the last five minutes, from the driver's own samples.",
                    series(GpuQuantities.CLOCK_SM_MEAN, "domain", "sm")),
            gauge(
                    "gpudiag_gpu_clock_peak_hertz",
                    "Highest clock of the last five minutes, from the driver's own samples.",
                    series(GpuQuantities.CLOCK_SM_PEAK, "domain", "sm")),
            counter(
                    "gpudiag_gpu_busy_seconds",
                    GpuQuantities.UTILIZATION_GPU_BUSY,
                    "Utilization summed up over time, from the driver's own samples."),
            counter(
                    "gpudiag_gpu_sampled_energy_joules",
                    GpuQuantities.POWER_INTEGRAL,
                    "Power draw summed up over time, from the driver's own samples."),
            counter(
                    "gpudiag_gpu_clock_cycles",
                    "Clock summed up over time, from the driver's own samples.",
                    series(GpuQuantities.CLOCK_SM_CYCLES, "domain", "sm")),
            counter(
                    "gpudiag_gpu_sampled_seconds",
                    "Time that the driver's samples cover: a sum over time by this is its mean at any scrape interval.",
                    series(GpuQuantities.UTILIZATION_GPU_COVERED, "source", "utilization"),
                    series(GpuQuantities.POWER_COVERED, "source", "power"),
                    series(GpuQuantities.CLOCK_SM_COVERED, "source", "clock")),
            gauge("gpudiag_gpu_performance_state", GpuQuantities.PERFORMANCE_STATE, "P-state, 0 fastest to 15."),
            counter(
                    "gpudiag_gpu_ecc_errors",
                    "ECC errors; volatile since the driver was loaded, aggregate of the board's life.",
                    series(GpuQuantities.ECC_VOLATILE_CORRECTED, "severity", "corrected", "scope", "volatile"),
                    series(GpuQuantities.ECC_VOLATILE_UNCORRECTED, "severity", "uncorrected", "scope", "volatile"),
                    series(GpuQuantities.ECC_AGGREGATE_CORRECTED, "severity", "corrected", "scope", "aggregate"),
                    series(GpuQuantities.ECC_AGGREGATE_UNCORRECTED, "severity", "uncorrected", "scope", "aggregate")),
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
            gauge("gpudiag_gpu_pcie_generation", GpuQuantities.PCIE_GENERATION, "PCIe generation now."),
            gauge("gpudiag_gpu_pcie_generation_max", GpuQuantities.PCIE_GENERATION_MAX, "PCIe generation at most."),
            gauge("gpudiag_gpu_pcie_lanes", GpuQuantities.PCIE_WIDTH, "PCIe lanes now."),
            gauge("gpudiag_gpu_pcie_lanes_max", GpuQuantities.PCIE_WIDTH_MAX, "PCIe lanes at most."),
            counter(
                    "gpudiag_gpu_pcie_replays",
                    GpuQuantities.PCIE_REPLAYS,
                    "PCIe replays since the driver was loaded."),
            counter(
                    "gpudiag_gpu_pcie_aer_errors",
                    "PCIe errors (AER) since boot, of the GPU and of the ports up to the root.",
                    series(GpuQuantities.AER_CORRECTABLE, "severity", "correctable", "device", "gpu"),
                    series(GpuQuantities.AER_NONFATAL, "severity", "nonfatal", "device", "gpu"),
                    series(GpuQuantities.AER_FATAL, "severity", "fatal", "device", "gpu"),
                    series(GpuQuantities.AER_PORT_CORRECTABLE, "severity", "correctable", "device", "ports"),
                    series(GpuQuantities.AER_PORT_NONFATAL, "severity", "nonfatal", "device", "ports"),
                    series(GpuQuantities.AER_PORT_FATAL, "severity", "fatal", "device", "ports")),
            gauge("gpudiag_gpu_mig_mode", GpuQuantities.MIG_MODE, "1 while MIG is on."));

    static final List<GpuMetric> NVLINK = List.of(
            gauge("gpudiag_gpu_nvlink_up", GpuQuantities.NVLINK_ACTIVE, "1 while the link is up."),
            counter(
                    "gpudiag_gpu_nvlink_errors",
                    "NVLink errors by kind.",
                    series(GpuQuantities.NVLINK_REPLAYS, "kind", "replay"),
                    series(GpuQuantities.NVLINK_RECOVERIES, "kind", "recovery"),
                    series(GpuQuantities.NVLINK_CRC_FLIT, "kind", "crc_flit"),
                    series(GpuQuantities.NVLINK_CRC_DATA, "kind", "crc_data"),
                    series(GpuQuantities.NVLINK_ECC_DATA, "kind", "ecc_data"),
                    series(GpuQuantities.NVLINK_RECOVERED, "kind", "recovery_successful"),
                    series(GpuQuantities.NVLINK_RECOVERY_FAILED, "kind", "recovery_failed"),
                    series(GpuQuantities.NVLINK_EFFECTIVE_ERRORS, "kind", "effective"),
                    series(GpuQuantities.NVLINK_MALFORMED, "kind", "malformed"),
                    series(GpuQuantities.NVLINK_OVERRUNS, "kind", "buffer_overrun"),
                    series(GpuQuantities.NVLINK_INTEGRITY_ERRORS, "kind", "integrity")));

    static final List<GpuMetric> MIG = List.of(
            gauge("gpudiag_mig_memory_total_bytes", GpuQuantities.MEMORY_TOTAL, "Framebuffer of a MIG device."),
            gauge("gpudiag_mig_memory_used_bytes", GpuQuantities.MEMORY_USED, "Allocated framebuffer of a MIG device."),
            gauge("gpudiag_mig_memory_free_bytes", GpuQuantities.MEMORY_FREE, "Free framebuffer of a MIG device."),
            gauge(
                    "gpudiag_mig_memory_reserved_bytes",
                    GpuQuantities.MEMORY_RESERVED,
                    "Framebuffer of a MIG device that driver and firmware keep."));

    private GpuMetrics() {}
}
