package dev.gpudiag.telemetry;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What the processes of a GPU hold together, and what of the used framebuffer none of them holds. */
public final class ProcessMemory {

    private ProcessMemory() {}

    /** Sum over distinct pids; empty where they cannot be listed, or one of them does not tell. */
    public static Optional<Long> total(GpuSample gpu) {
        if (!gpu.processes().isPresent()) {
            return Optional.empty();
        }
        Map<Long, Long> perProcess = new HashMap<>();
        for (ComputeProcess process : gpu.processes().value().orElse(List.of())) {
            Optional<Long> used = process.usedMemoryBytes().value();
            if (used.isEmpty() || used.get() < 0) {
                return Optional.empty();
            }
            // one context shows in the compute, the graphics and the MPS list
            perProcess.merge(process.pid(), used.get(), Math::max);
        }
        return Optional.of(
                perProcess.values().stream().mapToLong(Long::longValue).sum());
    }

    /**
     * Used less what processes hold, in bytes, never negative.
     *
     * <p>Not known where the driver counts what it keeps for itself as used (before R510), or under MIG.
     */
    public static OptionalDouble unaccounted(GpuSample gpu) {
        Optional<Long> used = gpu.value(GpuQuantities.MEMORY_USED);
        Optional<Long> held = total(gpu);
        boolean mig = gpu.value(GpuQuantities.MIG_MODE).orElse(false);
        if (used.isEmpty()
                || held.isEmpty()
                || mig
                || !gpu.get(GpuQuantities.MEMORY_RESERVED).isPresent()) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of((double) Math.max(0, used.get() - held.get()));
    }
}
