package dev.gpudiag.agent.metrics;

import static dev.gpudiag.agent.metrics.Metric.gauge;

import dev.gpudiag.checks.memory.GrowthHeadroom;
import dev.gpudiag.checks.memory.GrowthLevel;
import dev.gpudiag.checks.memory.GrowthSubject;
import dev.gpudiag.checks.memory.GrowthVerdict;
import dev.gpudiag.checks.memory.TrackedMemory;
import dev.gpudiag.telemetry.GpuQuantities;
import java.util.List;
import java.util.function.BiConsumer;

/** How memory grows, per GPU and per MIG device: the surest level, the steepest growth, the nearest end. */
final class GrowthMetrics {

    static final List<Metric> ALL = List.of(
            gauge(
                    "gpudiag_gpu_memory_growth_level",
                    "How sure it is that a process leaks: 0 no growth, 1 suspect, 2 likely, 3 confirmed.",
                    GpuView.LABELS,
                    (scrape, series) -> each(scrape, (gpu, followed) -> series.add(level(followed), gpu.labels()))),
            gauge(
                    "gpudiag_gpu_memory_growth_bytes_per_second",
                    "Steepest growth of a process, MIG device or workload; 0 where none grows steadily.",
                    GpuView.LABELS,
                    (scrape, series) -> each(scrape, (gpu, followed) -> series.add(speed(followed), gpu.labels()))),
            gauge(
                    "gpudiag_gpu_memory_exhaustion_seconds",
                    "Time until growth fills the memory; absent where nothing grows, or for more than 30 days.",
                    GpuView.LABELS,
                    (scrape, series) -> each(scrape, (gpu, followed) -> exhaustion(gpu, followed, series))),
            gauge(
                    "gpudiag_mig_memory_growth_level",
                    "How sure it is that memory of a MIG device leaks: 0 no growth, 1 suspect, 2 likely, 3 confirmed.",
                    GpuView.MIG_LABELS,
                    (scrape, series) -> each(scrape, (gpu, followed) -> migs(gpu, followed, series))));

    private static final double HOUR = 3600;

    private GrowthMetrics() {}

    private static void each(Scrape scrape, BiConsumer<GpuView, List<TrackedMemory>> action) {
        for (GpuView gpu : scrape.answering()) {
            List<TrackedMemory> followed = scrape.growth().of(gpu.sample());
            if (!followed.isEmpty()) {
                action.accept(gpu, followed);
            }
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

    private static void exhaustion(GpuView gpu, List<TrackedMemory> followed, Metric.Series series) {
        followed.stream()
                .filter(entry -> entry.detector().level() != GrowthLevel.NONE)
                .flatMap(entry ->
                        GrowthHeadroom.exhaustion(entry, entry.detector().verdict(), gpu.sample()).stream())
                .mapToDouble(when -> (double) when.expected().toSeconds())
                .min()
                .ifPresent(seconds -> series.add(seconds, gpu.labels()));
    }

    private static void migs(GpuView gpu, List<TrackedMemory> followed, Metric.Series series) {
        for (GpuView.MigView mig : gpu.migs()) {
            long instance =
                    mig.device().readings().value(GpuQuantities.GPU_INSTANCE).orElse(-1L);
            List<TrackedMemory> own = followed.stream()
                    .filter(entry -> instance >= 0 && entry.subject().gpuInstance() == instance)
                    .toList();
            if (!own.isEmpty()) {
                series.add(level(own), mig.labels());
            }
        }
    }
}
