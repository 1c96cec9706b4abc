package dev.gpudiag.checks.memory;

import static java.util.Objects.requireNonNull;

/**
 * Whose memory is followed.
 *
 * @param kind what it is
 * @param gpu {@link dev.gpudiag.telemetry.GpuIdentity#key()}
 * @param gpuInstance MIG GPU instance, -1 outside MIG
 * @param computeInstance MIG compute instance, -1 outside MIG
 * @param pid process, 0 for what is none
 * @param name workload, or UUID of a MIG device; empty for a process
 */
public record GrowthSubject(Kind kind, String gpu, long gpuInstance, long computeInstance, long pid, String name) {

    /** What a series of used memory can belong to. */
    public enum Kind {
        PROCESS,
        MIG_DEVICE,
        WORKLOAD
    }

    public GrowthSubject {
        requireNonNull(kind, "kind is null");
        requireNonNull(gpu, "gpu is null");
        requireNonNull(name, "name is null");
    }
}
