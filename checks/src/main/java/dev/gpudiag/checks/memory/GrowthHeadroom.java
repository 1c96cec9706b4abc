package dev.gpudiag.checks.memory;

import static dev.gpudiag.telemetry.GpuQuantities.GPU_INSTANCE;
import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_RESERVED;
import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_TOTAL;
import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_USED;

import dev.gpudiag.checks.memory.GrowthSlope.Exhaustion;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Readings;
import java.util.List;
import java.util.Optional;

/** What is left for a subject to grow into: its MIG device's free memory, else its GPU's. */
public final class GrowthHeadroom {

    private GrowthHeadroom() {}

    /** Bytes; empty where memory was not read. */
    public static Optional<Double> of(GrowthSubject subject, GpuSample gpu) {
        return gpu.migDevices().value().orElse(List.of()).stream()
                .filter(device -> subject.gpuInstance() >= 0
                        && device.readings()
                                .value(GPU_INSTANCE)
                                .filter(id -> id == subject.gpuInstance())
                                .isPresent())
                .findFirst()
                .map(device -> free(device.readings()))
                .orElseGet(() -> free(gpu.readings()));
    }

    private static Optional<Double> free(Readings readings) {
        Optional<Long> total = readings.value(MEMORY_TOTAL);
        Optional<Long> used = readings.value(MEMORY_USED);
        if (total.isEmpty() || used.isEmpty()) {
            return Optional.empty();
        }
        long reserved = readings.value(MEMORY_RESERVED).orElse(0L);
        return Optional.of((double) Math.max(0, total.get() - reserved - used.get()));
    }

    /** When it runs out; empty where it does not, or that cannot be known. */
    public static Optional<Exhaustion> exhaustion(TrackedMemory entry, GrowthVerdict verdict, GpuSample gpu) {
        return of(entry.subject(), gpu)
                .flatMap(headroom -> verdict.slope().flatMap(slope -> slope.exhaustion(headroom)));
    }
}
