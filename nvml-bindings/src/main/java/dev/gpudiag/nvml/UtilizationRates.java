package dev.gpudiag.nvml;

/** Percent of the last period, 1/6 s to 1 s, in which a kernel ran, and in which memory was read or written. */
public record UtilizationRates(int gpu, int memory) {}
