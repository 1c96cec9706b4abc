package dev.gpudiag.nvml;

/** ECC now, and after the next reset. */
public record EccMode(boolean current, boolean pending) {}
