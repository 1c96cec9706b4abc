package dev.gpudiag.telemetry;

/**
 * One MIG device.
 *
 * @param index NVML index on its GPU; indices may have holes
 * @param readings values by {@link GpuQuantities}: instance ids, profile, memory, ECC
 */
public record MigDevice(int index, Readings readings) {}
