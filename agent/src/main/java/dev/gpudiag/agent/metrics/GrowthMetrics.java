package dev.gpudiag.agent.metrics;

import dev.gpudiag.checks.memory.GrowthHeadroom;
import dev.gpudiag.checks.memory.GrowthLevel;
import dev.gpudiag.checks.memory.GrowthSubject;
import dev.gpudiag.checks.memory.GrowthVerdict;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.checks.memory.TrackedMemory;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.MigDevice;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.OptionalDouble;

/** How memory grows, per GPU and per MIG device: the surest level, the steepest growth, the nearest end. */
final class GrowthMetrics {

    private static final double HOUR = 3600;

    private GrowthMetrics() {}

    static void add(MemoryGrowth growth, GpuSample gpu, Labels labels, MetricFamilies families) {
        List<TrackedMemory> followed = growth.of(gpu);
        if (followed.isEmpty()) {
            return;
        }
        families.gauge(
                "gpudiag_gpu_memory_growth_level",
                "How sure it is that a process leaks: 0 no growth, 1 suspect, 2 likely, 3 confirmed.",
                labels,
                level(followed));
        families.gauge(
                "gpudiag_gpu_memory_growth_bytes_per_second",
                "Steepest growth of a process, MIG device or workload; 0 where none grows steadily.",
                labels,
                speed(followed));
        OptionalDouble end = followed.stream()
                .filter(entry -> entry.detector().level() != GrowthLevel.NONE)
                .flatMap(entry ->
                        GrowthHeadroom.exhaustion(entry, entry.detector().verdict(), gpu).stream())
                .mapToDouble(when -> (double) when.expected().toSeconds())
                .min();
        end.ifPresent(seconds -> families.gauge(
                "gpudiag_gpu_memory_exhaustion_seconds",
                "Time until growth fills the memory; absent where nothing grows, or for more than 30 days.",
                labels,
                seconds));
    }

    static void add(MemoryGrowth growth, GpuSample gpu, MigDevice device, Labels labels, MetricFamilies families) {
        long instance = device.readings().value(GpuQuantities.GPU_INSTANCE).orElse(-1L);
        List<TrackedMemory> followed = growth.of(gpu).stream()
                .filter(entry -> instance >= 0 && entry.subject().gpuInstance() == instance)
                .toList();
        if (!followed.isEmpty()) {
            families.gauge(
                    "gpudiag_mig_memory_growth_level",
                    "How sure it is that memory of a MIG device leaks: 0 no growth, 1 suspect, 2 likely, 3 confirmed.",
                    labels,
                    level(followed));
        }
    }

    private static double level(List<TrackedMemory> followed) {
        boolean processes = followed.stream().anyMatch(entry -> entry.subject().kind() == GrowthSubject.Kind.PROCESS);
        return followed.stream()
                .filter(entry -> !processes || entry.subject().kind() != GrowthSubject.Kind.WORKLOAD)
                .mapToInt(entry -> entry.detector().level().code())
                .max()
                .orElse(0);
    }

    private static double speed(List<TrackedMemory> followed) {
        return followed.stream()
                .filter(entry -> entry.detector().level() != GrowthLevel.NONE)
                .map(entry -> entry.detector().verdict())
                .flatMap((GrowthVerdict verdict) -> verdict.slope().stream())
                .mapToDouble(slope -> slope.bytesPerHour() / HOUR)
                .max()
                .orElse(0);
    }
}
