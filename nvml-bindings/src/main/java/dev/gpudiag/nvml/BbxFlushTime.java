package dev.gpudiag.nvml;

/** When the black box recorder was last written, in a unit that nvml.h does not state, and how long that took. */
public record BbxFlushTime(long timestamp, long durationMicros) {}
