package dev.gpudiag.agent.metrics;

import static dev.gpudiag.agent.metrics.ReadingMetric.gauge;
import static dev.gpudiag.agent.metrics.ReadingMetric.series;

import dev.gpudiag.telemetry.GpuQuantities;
import java.util.List;

/** What the performance monitor (GPM) measures on Hopper and newer, where the configuration asks for it. */
final class ProfilingMetrics {

    static final List<Metric> ALL = List.of(
            gauge(
                    "gpudiag_gpu_graphics_active_ratio",
                    GpuQuantities.PROFILE_GRAPHICS_ACTIVE,
                    "Part of time that the graphics or compute engine was in use (metrics.profiling)."),
            gauge(
                    "gpudiag_gpu_sm_active_ratio",
                    GpuQuantities.PROFILE_SM_ACTIVE,
                    "Part of cycles that an SM had a warp, mean of the SMs (metrics.profiling)."),
            gauge(
                    "gpudiag_gpu_sm_occupancy_ratio",
                    GpuQuantities.PROFILE_SM_OCCUPANCY,
                    "Resident warps, part of the most there can be (metrics.profiling)."),
            gauge(
                    "gpudiag_gpu_pipe_active_ratio",
                    "Part of cycles that a pipe was in use (metrics.profiling).",
                    series(GpuQuantities.PROFILE_TENSOR_ACTIVE, "pipe", "tensor"),
                    series(GpuQuantities.PROFILE_FP64_ACTIVE, "pipe", "fp64"),
                    series(GpuQuantities.PROFILE_FP32_ACTIVE, "pipe", "fp32"),
                    series(GpuQuantities.PROFILE_FP16_ACTIVE, "pipe", "fp16"),
                    series(GpuQuantities.PROFILE_INTEGER_ACTIVE, "pipe", "integer")),
            gauge(
                    "gpudiag_gpu_memory_active_ratio",
                    GpuQuantities.PROFILE_DRAM_ACTIVE,
                    "Part of cycles that memory was sending or receiving (metrics.profiling)."),
            gauge(
                    "gpudiag_gpu_profiled_bytes_per_second",
                    "Mean rate of data over a bus, with headers (metrics.profiling).",
                    series(GpuQuantities.PROFILE_PCIE_TRANSMIT, "bus", "pcie", "direction", "transmit"),
                    series(GpuQuantities.PROFILE_PCIE_RECEIVE, "bus", "pcie", "direction", "receive"),
                    series(GpuQuantities.PROFILE_NVLINK_TRANSMIT, "bus", "nvlink", "direction", "transmit"),
                    series(GpuQuantities.PROFILE_NVLINK_RECEIVE, "bus", "nvlink", "direction", "receive")));

    private ProfilingMetrics() {}
}
