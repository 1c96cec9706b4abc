package dev.gpudiag.checks;

import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.MigDevice;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a finding is about.
 *
 * @param gpu the GPU, for every kind but NODE
 * @param mig NVML index of the MIG device
 * @param pid process id
 */
public record Subject(Kind kind, Optional<GpuIdentity> gpu, OptionalInt mig, OptionalLong pid) {

    /** Kinds of subjects. */
    public enum Kind {
        NODE,
        GPU,
        MIG_INSTANCE,
        PROCESS
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

    /** In words: {@code node}, {@code gpu 3}, {@code gpu 3 mig 1}, {@code gpu 3 pid 4711}. */
    public String describe() {
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
