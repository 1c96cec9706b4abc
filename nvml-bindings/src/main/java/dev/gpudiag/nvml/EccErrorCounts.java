package dev.gpudiag.nvml;

/** ECC errors by place, as the deprecated detailed query gives them. */
public record EccErrorCounts(long l1Cache, long l2Cache, long deviceMemory, long registerFile) {}
