package dev.gpudiag.nvml;

/** Whether the GPU system processor runs the driver. */
public record GspFirmwareMode(boolean enabled, boolean defaultEnabled) {}
