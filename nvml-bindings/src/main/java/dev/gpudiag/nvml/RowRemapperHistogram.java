package dev.gpudiag.nvml;

/** How many banks have all, most, some, few and no spare rows left. */
public record RowRemapperHistogram(int max, int high, int partial, int low, int none) {}
