package dev.gpudiag.nvml;

/** Something that happened to the node's set of GPUs: 1 is a driver unbind, 2 a bind. */
public record NvmlSystemEvent(long eventType, int gpuId) {}
