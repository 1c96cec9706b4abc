package dev.gpudiag.nvml;

/** MIG now, and after the next reset. */
public record MigMode(boolean current, boolean pending) {}
