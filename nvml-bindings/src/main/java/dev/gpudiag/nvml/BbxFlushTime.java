package dev.gpudiag.nvml;

/** When the black box recorder was last written, and how long that took. */
public record BbxFlushTime(long timestampMicros, long durationMicros) {}
