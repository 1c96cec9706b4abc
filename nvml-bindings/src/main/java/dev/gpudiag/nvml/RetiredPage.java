package dev.gpudiag.nvml;

/** A page of device memory taken out of use; seconds since the epoch. */
public record RetiredPage(long address, long timestampSeconds) {}
