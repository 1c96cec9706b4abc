package dev.gpudiag.checks.fit;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.checks.memory.Growth;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.SampleHistory;
import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How one GPU was used over the time that is remembered.
 *
 * @param memory the GPU's memory; empty where its size was not read
 * @param observed how far back the history reaches
 * @param peakMemoryBytes most that was ever used; empty where it was not read
 * @param leastMemoryBytes least that was used
 * @param memoryGrows whether the memory grew steadily until now
 * @param averageUtilization 0 to 1 over the observed time; empty where it was not read, as on a GPU in MIG mode
 * @param lately the utilization of the last {@link #WINDOW}
 * @param processes most processes at once; empty where they could not be listed
 */
public record GpuUsage(
        GpuIdentity gpu,
        Optional<GpuModel> memory,
        Duration observed,
        OptionalDouble peakMemoryBytes,
        OptionalDouble leastMemoryBytes,
        boolean memoryGrows,
        OptionalDouble averageUtilization,
        List<Double> lately,
        OptionalDouble processes) {

    /** What lasts this long is no accident. */
    public static final Duration WINDOW = Duration.ofMinutes(15);

    public GpuUsage {
        requireNonNull(gpu, "gpu is null");
        requireNonNull(observed, "observed is null");
        lately = List.copyOf(lately);
    }

    public static GpuUsage of(GpuSample gpu, SampleHistory history, Instant now) {
        List<Sample> memory = history.series(gpu.identity(), GpuQuantities.MEMORY_USED, Instant.MIN);
        List<Sample> utilization = history.series(gpu.identity(), GpuQuantities.UTILIZATION_GPU, Instant.MIN);
        Instant recently = now.minus(WINDOW);
        return new GpuUsage(
                gpu.identity(),
                memory(gpu),
                history.reach(gpu.identity(), now).orElse(Duration.ZERO),
                memory.stream().mapToDouble(Sample::value).max(),
                memory.stream().mapToDouble(Sample::value).min(),
                history.reach(gpu.identity(), now)
                        .flatMap(reach -> Growth.of(memory, now, reach))
                        .filter(Growth::isSteady)
                        .isPresent(),
                utilization.stream().mapToDouble(Sample::value).average(),
                utilization.stream()
                        .filter(sample -> !sample.at().isBefore(recently))
                        .map(Sample::value)
                        .toList(),
                history.processCounts(gpu.identity(), Instant.MIN).stream()
                        .mapToDouble(Sample::value)
                        .max());
    }

    private static Optional<GpuModel> memory(GpuSample gpu) {
        long reserved = gpu.value(GpuQuantities.MEMORY_RESERVED).orElse(0L);
        return gpu.value(GpuQuantities.MEMORY_TOTAL)
                .filter(total -> total > 0)
                .map(total -> new GpuModel(
                        gpu.identity().name().orElse("GPU"), total, reserved < total ? Math.max(0, reserved) : 0));
    }

    /** Whether the observed time is long enough to judge. */
    public boolean isLongEnough() {
        return observed.compareTo(WINDOW) >= 0;
    }

    /** Whether nobody used it at all. */
    public boolean isIdle() {
        return averageUtilization.isPresent()
                && averageUtilization.getAsDouble() == 0
                && processes.isPresent()
                && processes.getAsDouble() == 0;
    }

    /** Whether the memory hardly moved while much of it was used: reserved ahead, so that the need is not known. */
    public boolean isReservedAhead() {
        if (memory.isEmpty() || peakMemoryBytes.isEmpty()) {
            return false;
        }
        double peak = peakMemoryBytes.getAsDouble();
        return peak > 0.7 * memory.get().usableBytes() && leastMemoryBytes.getAsDouble() > 0.98 * peak;
    }
}
