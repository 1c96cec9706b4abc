package dev.gpudiag.agent.metrics;

import static dev.gpudiag.agent.metrics.ReadingMetric.counter;
import static dev.gpudiag.agent.metrics.ReadingMetric.gauge;
import static dev.gpudiag.agent.metrics.ReadingMetric.series;

import dev.gpudiag.telemetry.GpuQuantities;
import java.util.List;

/** What each GPU does: use, memory, temperature, power, clocks. */
final class GpuMetrics {

    static final List<Metric> ALL = List.of(
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
            gauge("gpudiag_gpu_bar1_free_bytes", GpuQuantities.BAR1_FREE, "Free BAR1."),
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
            gauge(
                    "gpudiag_gpu_temperature_limit_margin_celsius",
                    "The same limits as distances on GPUs that know no other: what gpudiag_gpu_temperature_margin_celsius is there.",
                    series(GpuQuantities.TLIMIT_GPU_MAX, "limit", "operating"),
                    series(GpuQuantities.TLIMIT_MEMORY_MAX, "limit", "memory_operating"),
                    series(GpuQuantities.TLIMIT_SLOWDOWN, "limit", "slowdown"),
                    series(GpuQuantities.TLIMIT_SHUTDOWN, "limit", "shutdown")),
            gauge("gpudiag_gpu_fans", GpuQuantities.FAN_COUNT, "Fans of the GPU."),
            gauge("gpudiag_gpu_fan_speed_ratio", GpuQuantities.FAN_SPEED, "Fastest fan, part of its maximum."),
            gauge("gpudiag_gpu_power_watts", GpuQuantities.POWER_USAGE, "Board power draw."),
            gauge(
                    "gpudiag_gpu_power_instant_watts",
                    GpuQuantities.POWER_INSTANT,
                    "Board power draw, not averaged (R530 on)."),
            gauge(
                    "gpudiag_gpu_power_limit_watts",
                    "Board power limits.",
                    series(GpuQuantities.POWER_LIMIT_ENFORCED, "limit", "enforced"),
                    series(GpuQuantities.POWER_LIMIT_SET, "limit", "requested"),
                    series(GpuQuantities.POWER_LIMIT_DEFAULT, "limit", "default"),
                    series(GpuQuantities.POWER_LIMIT_MIN, "limit", "lowest"),
                    series(GpuQuantities.POWER_LIMIT_MAX, "limit", "highest")),
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
            gauge("gpudiag_gpu_performance_state", GpuQuantities.PERFORMANCE_STATE, "P-state, 0 fastest to 15."));

    private GpuMetrics() {}
}
