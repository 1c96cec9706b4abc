package dev.gpudiag.nvml;

/** One metric over the time between two samples; value holds only where result is SUCCESS. */
public record GpmMetric(int metricId, NvmlReturn result, double value, String name, String unit) {}
