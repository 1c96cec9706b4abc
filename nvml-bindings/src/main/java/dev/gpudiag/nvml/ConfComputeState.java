package dev.gpudiag.nvml;

/** Whether confidential computing is on; environment 0 is unavailable, 1 simulated, 2 production. From R535. */
public record ConfComputeState(int environment, boolean enabled, boolean devToolsMode) {}
