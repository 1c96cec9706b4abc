package dev.gpudiag.checks.catalog;

import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;

/** Whether a GPU is split by MIG: then it has no utilization of its own, and its NVLinks are off. */
final class Migs {

    private Migs() {}

    static boolean isSplit(GpuSample gpu) {
        return gpu.value(GpuQuantities.MIG_MODE).orElse(false);
    }
}
