package dev.gpudiag.nvml;

/** The memory slices a GPU instance takes, or could take. */
public record GpuInstancePlacement(int start, int size) {}
