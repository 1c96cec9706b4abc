package dev.gpudiag.checks;

import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.Workload;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a finding is about.
 *
 * @param gpu the GPU, for GPU and MIG_INSTANCE, and for a PROCESS where it is about one GPU
 * @param mig NVML index of the MIG device
 * @param pid process id
 * @param workload who a process works for, or the workload itself
 */
public record Subject(
        Kind kind, Optional<GpuIdentity> gpu, OptionalInt mig, OptionalLong pid, Optional<Workload> workload) {

    /** Kinds of subjects. */
    public enum Kind {
        NODE,
        GPU,
        MIG_INSTANCE,
        PROCESS,
        /** A pod, container, job, unit or user with all its processes. */
        WORKLOAD
    }

    /** A subject that works for nobody in particular. */
    public Subject(Kind kind, Optional<GpuIdentity> gpu, OptionalInt mig, OptionalLong pid) {
        this(kind, gpu, mig, pid, Optional.empty());
    }

    public static Subject node() {
        return new Subject(Kind.NODE, Optional.empty(), OptionalInt.empty(), OptionalLong.empty());
    }

    public static Subject gpu(GpuIdentity gpu) {
        return new Subject(Kind.GPU, Optional.of(gpu), OptionalInt.empty(), OptionalLong.empty());
    }

    public static Subject mig(GpuIdentity gpu, MigDevice device) {
        return new Subject(Kind.MIG_INSTANCE, Optional.of(gpu), OptionalInt.of(device.index()), OptionalLong.empty());
    }

    public static Subject process(GpuIdentity gpu, long pid) {
        return new Subject(Kind.PROCESS, Optional.of(gpu), OptionalInt.empty(), OptionalLong.of(pid));
    }

    /** A process on whatever GPUs. */
    public static Subject process(long pid) {
        return new Subject(Kind.PROCESS, Optional.empty(), OptionalInt.empty(), OptionalLong.of(pid));
    }

    public static Subject workload(Workload workload) {
        return new Subject(
                Kind.WORKLOAD, Optional.empty(), OptionalInt.empty(), OptionalLong.empty(), Optional.of(workload));
    }

    /**
     * In words, hostile text as it is: {@code node}, {@code gpu 3}, {@code gpu 3 mig 1}, {@code gpu 3 pid 4711}, {@code
     * process pid 4711}, {@code pod default/trainer-0 (main)}.
     */
    public String describe() {
        if (kind == Kind.WORKLOAD && workload.isPresent()) {
            return workload.get().describe();
        }
        String name = gpu.map(identity -> "gpu " + identity.index())
                .orElse(kind.name().toLowerCase(Locale.ROOT));
        if (mig.isPresent()) {
            name += " mig " + mig.getAsInt();
        }
        if (pid.isPresent()) {
            name += " pid " + pid.getAsLong();
        }
        return name;
    }
}
