package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One GPU at one instant.
 *
 * @param takenAt when its reading ended, or began for one that never ended
 * @param readings values by {@link GpuQuantities}
 * @param nvlinks one entry per link, index is its position
 * @param processes processes that hold the GPU, or why they cannot be listed
 * @param migDevices MIG devices, empty when MIG is off, or why they cannot be listed
 */
public record GpuSample(
        GpuIdentity identity,
        Instant takenAt,
        GpuCondition condition,
        Readings readings,
        List<Readings> nvlinks,
        Reading<List<ComputeProcess>> processes,
        Reading<List<MigDevice>> migDevices) {

    public GpuSample {
        requireNonNull(identity, "identity is null");
        requireNonNull(takenAt, "takenAt is null");
        requireNonNull(condition, "condition is null");
        requireNonNull(readings, "readings is null");
        requireNonNull(processes, "processes is null");
        requireNonNull(migDevices, "migDevices is null");
        nvlinks = List.copyOf(nvlinks);
    }

    /** A GPU of which nothing but the condition is known. */
    public static GpuSample withoutReadings(GpuIdentity identity, Instant takenAt, GpuCondition condition) {
        return new GpuSample(
                identity,
                takenAt,
                condition,
                Readings.empty(),
                List.of(),
                Reading.notRead(condition.detail()),
                Reading.notRead(condition.detail()));
    }

    /** The same sample, dated anew where the clock that dated it has jumped since. */
    public GpuSample takenAt(Instant taken) {
        return new GpuSample(identity, taken, condition, readings, nvlinks, processes, migDevices);
    }

    /** The same GPU with more readings, which replace those of the same quantity. */
    public GpuSample withReadings(Readings more) {
        Readings all = Readings.builder().putAll(readings).putAll(more).build();
        return new GpuSample(identity, takenAt, condition, all, nvlinks, processes, migDevices);
    }

    public <T> Reading<T> get(Quantity<T> quantity) {
        return readings.get(quantity);
    }

    public <T> Optional<T> value(Quantity<T> quantity) {
        return readings.value(quantity);
    }
}
