package dev.gpudiag.telemetry;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A process that holds a GPU.
 *
 * @param pid as the host counts
 * @param gpuInstance MIG GPU instance, empty outside MIG
 * @param computeInstance MIG compute instance, empty outside MIG
 * @param usedMemoryBytes framebuffer it holds
 * @param smUtilizationRatio part of time its kernels ran, 0 to 1
 */
public record ComputeProcess(
        long pid,
        Type type,
        Optional<String> name,
        OptionalInt gpuInstance,
        OptionalInt computeInstance,
        Reading<Long> usedMemoryBytes,
        Reading<Double> smUtilizationRatio) {

    /** What a process uses the GPU for. */
    public enum Type {
        COMPUTE,
        GRAPHICS,
        COMPUTE_AND_GRAPHICS,
        MPS
    }
}
