package dev.gpudiag.nvml;

/** One entry of a sample buffer of the driver; micros since the epoch. */
public record Sample(long timestampMicros, NvmlValue value) {}
