package dev.gpudiag.telemetry;

import static dev.gpudiag.telemetry.GpuQuantities.*;

import dev.gpudiag.telemetry.Reading.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Builds a {@link GpuSample} in a test: a healthy H100, and what is changed of it. */
public final class GpuSamples {

    public static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    public static final long GIB = 1L << 30;

    private GpuIdentity identity;
    private Instant takenAt = NOW;
    private GpuCondition condition = GpuCondition.answering();
    private final Readings.Builder readings = Readings.builder();
    private List<Readings> nvlinks = List.of();
    private Reading<List<ComputeProcess>> processes = Reading.of(List.of(), "nvmlDeviceGetComputeRunningProcesses_v3");
    private Reading<List<MigDevice>> migDevices = Reading.of(List.of(), "nvmlDeviceGetMaxMigDeviceCount");

    private GpuSamples(int index) {
        identity = new GpuIdentity(
                index,
                Optional.of("GPU-0000000" + index),
                Optional.of("0000:" + (10 + index) + ":00.0"),
                Optional.of("NVIDIA H100 80GB HBM3"));
    }

    /** A GPU of which nothing was read. */
    public static GpuSamples blank(int index) {
        return new GpuSamples(index);
    }

    public static GpuSamples h100(int index) {
        return blank(index)
                .with(COMPUTE_CAPABILITY, "9.0")
                .with(MINOR_NUMBER, (long) index)
                .with(MEMORY_TOTAL, 80 * GIB)
                .with(MEMORY_RESERVED, GIB)
                .with(MEMORY_USED, 10 * GIB)
                .with(UTILIZATION_GPU, 0.5)
                .with(TEMPERATURE_GPU, 45.0)
                .with(TEMPERATURE_MARGIN, 40.0)
                .with(TLIMIT_GPU_MAX, 0.0)
                .with(TLIMIT_SLOWDOWN, -2.0)
                .with(CLOCK_EVENT_REASONS, 0L)
                .with(ECC_MODE, true)
                .with(ECC_MODE_PENDING, true)
                .with(ECC_VOLATILE_CORRECTED, 0L)
                .with(ECC_VOLATILE_UNCORRECTED, 0L)
                .with(ECC_AGGREGATE_UNCORRECTED, 0L)
                .with(REMAPPED_ROWS_UNCORRECTABLE, 0L)
                .with(REMAPPED_ROWS_PENDING, false)
                .with(REMAPPED_ROWS_FAILURE, false)
                .with(RECOVERY_ACTION, 0L);
    }

    public <T> GpuSamples with(Quantity<T> quantity, T value) {
        readings.put(quantity, value, "nvml " + quantity.id());
        return this;
    }

    public GpuSamples without(Quantity<?> quantity, Reason reason) {
        return missing(quantity, Reading.missing(reason, "nvml " + quantity.id(), reason.text(), 3));
    }

    @SuppressWarnings("unchecked")
    private <T> GpuSamples missing(Quantity<T> quantity, Reading<?> reading) {
        readings.put(quantity, (Reading<T>) reading);
        return this;
    }

    public <T> GpuSamples reading(Quantity<T> quantity, Reading<T> reading) {
        readings.put(quantity, reading);
        return this;
    }

    public GpuSamples at(Instant instant) {
        takenAt = instant;
        return this;
    }

    public GpuSamples condition(GpuCondition.State state, String detail) {
        condition = new GpuCondition(state, detail);
        return this;
    }

    public GpuSamples identity(String uuid, String pciBusId) {
        identity = new GpuIdentity(
                identity.index(), Optional.ofNullable(uuid), Optional.ofNullable(pciBusId), identity.name());
        return this;
    }

    public GpuSamples named(String name) {
        identity = new GpuIdentity(identity.index(), identity.uuid(), identity.pciBusId(), Optional.ofNullable(name));
        return this;
    }

    public GpuSamples links(int up, int down) {
        List<Readings> links = new ArrayList<>();
        for (int i = 0; i < up + down; i++) {
            links.add(Readings.builder().put(NVLINK_ACTIVE, i < up, "nvml").build());
        }
        nvlinks = links;
        return with(NVLINK_COUNT, (long) (up + down));
    }

    /** Links that are up with a counter each; null for a link that is down and not read. */
    public GpuSamples linkCounters(Quantity<Long> quantity, Long... counts) {
        List<Readings> links = new ArrayList<>();
        for (Long count : counts) {
            Readings.Builder link = Readings.builder().put(NVLINK_ACTIVE, count != null, "nvml");
            if (count != null) {
                link.put(quantity, count, "nvml");
            }
            links.add(link.build());
        }
        nvlinks = links;
        return with(NVLINK_COUNT, (long) counts.length);
    }

    /** Puts a reading of every link that is up. */
    public <T> GpuSamples eachLink(Quantity<T> quantity, T value) {
        nvlinks = nvlinks.stream()
                .map(link -> link.value(NVLINK_ACTIVE).orElse(false)
                        ? Readings.builder()
                                .putAll(link)
                                .put(quantity, value, "nvml " + quantity.id())
                                .build()
                        : link)
                .toList();
        return this;
    }

    public GpuSamples processes(int count) {
        List<ComputeProcess> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            list.add(new ComputeProcess(
                    4000 + i,
                    ComputeProcess.Type.COMPUTE,
                    Optional.of("python"),
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    Reading.of(GIB, "nvml"),
                    Reading.notRead("")));
        }
        processes = Reading.of(list, "nvml");
        return this;
    }

    /** One more process, which holds this much. */
    public GpuSamples process(long pid, long usedBytes) {
        return process(pid, Reading.of(usedBytes, "nvml"));
    }

    public GpuSamples process(long pid, Reading<Long> used) {
        List<ComputeProcess> list = new ArrayList<>(processes.value().orElse(List.of()));
        list.add(new ComputeProcess(
                pid,
                ComputeProcess.Type.COMPUTE,
                Optional.of("python"),
                OptionalInt.empty(),
                OptionalInt.empty(),
                used,
                Reading.notRead("")));
        processes = Reading.of(list, "nvml");
        return this;
    }

    public GpuSamples processesUnknown() {
        processes = Reading.missing(Reason.NO_PERMISSION, "nvml", "no permission");
        return this;
    }

    public GpuSamples mig(MigDevice... devices) {
        migDevices = Reading.of(List.of(devices), "nvml");
        return with(MIG_MODE, true);
    }

    public GpuSample build() {
        return new GpuSample(identity, takenAt, condition, readings.build(), nvlinks, processes, migDevices);
    }
}
