package dev.gpudiag.nvml;

/** A MIG GPU instance; the handle is of use only to its library. */
public record GpuInstance(long handle, int id, int profileId, GpuInstancePlacement placement) {}
