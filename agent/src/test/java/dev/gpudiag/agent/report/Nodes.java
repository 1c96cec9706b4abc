package dev.gpudiag.agent.report;

import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Nodes to report on. */
public final class Nodes {

    public static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final String NVML = "nvml";

    private Nodes() {}

    public static GpuIdentity gpu(int index) {
        return new GpuIdentity(
                index,
                Optional.of("GPU-0000000" + index + "-1111-2222-3333-444455556666"),
                Optional.of("0000:" + (10 + index) + ":00.0"),
                Optional.of("NVIDIA H100 80GB HBM3"));
    }

    public static GpuSample answering(int index) {
        return answering(gpu(index));
    }

    public static GpuSample answering(GpuIdentity identity) {
        Readings readings = Readings.builder()
                .put(GpuQuantities.MEMORY_TOTAL, 85520809984L, NVML)
                .put(GpuQuantities.MEMORY_USED, 42760404992L, NVML)
                .put(GpuQuantities.UTILIZATION_GPU, 0.97, NVML)
                .put(GpuQuantities.TEMPERATURE_GPU, 58.0, NVML)
                .put(GpuQuantities.POWER_USAGE, 612.4, NVML)
                .put(GpuQuantities.POWER_LIMIT_ENFORCED, 700.0, NVML)
                .put(
                        GpuQuantities.ECC_VOLATILE_CORRECTED,
                        Reading.missing(Reading.Reason.NOT_SUPPORTED, NVML, "not supported", 3))
                .build();
        return new GpuSample(
                identity,
                NOON,
                GpuCondition.answering(),
                readings,
                List.of(),
                Reading.of(List.of(), NVML),
                Reading.of(List.of(), NVML));
    }

    public static GpuSample lost(int index) {
        GpuIdentity identity =
                new GpuIdentity(index, Optional.empty(), gpu(index).pciBusId(), Optional.empty());
        GpuCondition condition =
                new GpuCondition(GpuCondition.State.LOST, "nvmlDeviceGetHandleByIndex_v2: GPU is lost (15)");
        return GpuSample.withoutReadings(identity, NOON, condition);
    }

    public static DriverState driver() {
        return new DriverState(
                Reading.of(true, "nvmlInit_v2"),
                Readings.builder()
                        .put(HostQuantities.HOSTNAME, "gpu-node-17", "/proc/sys/kernel/hostname")
                        .put(HostQuantities.DRIVER_VERSION, "550.54.15", NVML)
                        .put(HostQuantities.CUDA_DRIVER_VERSION, "12.4", NVML)
                        .put(HostQuantities.UPTIME, 3_600_000.0, "/proc/uptime")
                        .build(),
                Reading.of(List.of(), "/sys/bus/pci/devices"),
                Reading.of(List.of(), "/dev"));
    }

    public static DriverState unusableDriver() {
        return new DriverState(
                Reading.missing(Reading.Reason.FAILED, "nvmlInit_v2", "driver not loaded", 9),
                Readings.empty(),
                Reading.of(List.of(), "/sys/bus/pci/devices"),
                Reading.of(List.of(), "/dev"));
    }

    public static NodeSample node(SampleSource source, GpuSample... gpus) {
        return new NodeSample(NOON, source, driver(), List.of(gpus));
    }

    public static GpuSample[] answering(int from, int to) {
        return IntStream.range(from, to).mapToObj(Nodes::answering).toArray(GpuSample[]::new);
    }
}
