package dev.gpudiag.nvml;

/** Whether a repair awaits a reset. From R580. */
public record RepairStatus(boolean channelRepairPending, boolean tpcRepairPending) {}
