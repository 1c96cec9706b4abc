package dev.gpudiag.nvml;

/** A GPU that the administrator excluded from use. */
public record ExcludedDevice(PciInfo pciInfo, String uuid) {}
