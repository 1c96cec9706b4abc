package dev.gpudiag.nvml;

/** The part of device memory that is mapped for direct access over PCIe, in bytes. */
public record Bar1MemoryInfo(long total, long used, long free) {}
