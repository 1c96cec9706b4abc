package dev.gpudiag.nvml;

/** The range that the power limit may be set to. */
public record PowerLimitConstraints(int minMilliwatts, int maxMilliwatts) {}
