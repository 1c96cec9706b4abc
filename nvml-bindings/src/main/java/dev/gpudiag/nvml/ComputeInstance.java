package dev.gpudiag.nvml;

/** A MIG compute instance within a GPU instance. */
public record ComputeInstance(long handle, int id, int profileId, GpuInstancePlacement placement) {}
