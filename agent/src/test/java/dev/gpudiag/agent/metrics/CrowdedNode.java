package dev.gpudiag.agent.metrics;

import dev.gpudiag.checks.Report;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.DeviceAllocation;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import dev.gpudiag.telemetry.Workload;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A node of records: GPUs with MIG devices, processes and pods, as a test wants them. */
final class CrowdedNode {

    static final Instant NOW = Instant.parse("2026-07-01T12:00:00Z");
    private static final long GIBI = 1L << 30;

    private final List<GpuSample> gpus = new ArrayList<>();
    private final List<GpuHolder> holders = new ArrayList<>();
    private final List<DeviceAllocation> allocations = new ArrayList<>();

    /** A GPU with so many MIG devices, instance ids from 1 on. */
    CrowdedNode gpu(int index, int migDevices, ComputeProcess... processes) {
        List<MigDevice> migs = new ArrayList<>();
        for (int mig = 0; mig < migDevices; mig++) {
            migs.add(mig(index, mig, mig + 1));
        }
        return gpu(index, migs, List.of(processes));
    }

    CrowdedNode gpu(int index, List<MigDevice> migs, List<ComputeProcess> processes) {
        Readings readings = Readings.builder()
                .put(GpuQuantities.MEMORY_USED, 40 * GIBI, "test")
                .put(GpuQuantities.UTILIZATION_GPU, 0.5, "test")
                .put(GpuQuantities.MINOR_NUMBER, (long) index, "test")
                .put(GpuQuantities.MIG_MODE, !migs.isEmpty(), "test")
                .build();
        gpus.add(new GpuSample(
                new GpuIdentity(
                        index,
                        Optional.of("GPU-" + index),
                        Optional.of("0000:0%x:00.0".formatted(index)),
                        Optional.of("NVIDIA H100 80GB HBM3")),
                NOW,
                GpuCondition.answering(),
                readings,
                List.of(),
                Reading.of(processes, "test"),
                Reading.of(migs, "test")));
        return this;
    }

    static MigDevice mig(int gpu, int index, long instance) {
        return new MigDevice(
                index,
                Readings.builder()
                        .put(GpuQuantities.MIG_UUID, "MIG-" + gpu + "-" + index, "test")
                        .put(GpuQuantities.GPU_INSTANCE, instance, "test")
                        .put(GpuQuantities.COMPUTE_INSTANCE, 0L, "test")
                        .put(GpuQuantities.MIG_PROFILE, "1g.10gb", "test")
                        .put(GpuQuantities.MEMORY_USED, GIBI, "test")
                        .put(GpuQuantities.MEMORY_FREE, 9 * GIBI, "test")
                        .build());
    }

    /** A process that holds so many bytes, of a MIG device where its instance is not 0. */
    static ComputeProcess process(long pid, int instance, long bytes) {
        return new ComputeProcess(
                pid,
                ComputeProcess.Type.COMPUTE,
                Optional.of("python3"),
                instance == 0 ? OptionalInt.empty() : OptionalInt.of(instance),
                instance == 0 ? OptionalInt.empty() : OptionalInt.of(0),
                Reading.of(bytes, "test"),
                Reading.of(0.25, "test"));
    }

    /** The process works for this pod. */
    CrowdedNode pod(long pid, String namespace, String pod, String container) {
        holders.add(new GpuHolder(
                pid,
                Reading.of(1L, "test"),
                Reading.of("S", "test"),
                Reading.of("python3", "test"),
                Reading.notRead("test"),
                Reading.notRead("test"),
                Reading.notRead("test"),
                Reading.notRead("test"),
                Reading.of(
                        new Workload(
                                Workload.Kind.KUBERNETES_POD,
                                namespace + "/" + pod + " (" + container + ")",
                                Optional.of(namespace),
                                Optional.of(pod),
                                Optional.of("uid-" + pod),
                                Optional.of(container),
                                Optional.empty(),
                                Optional.empty()),
                        "test"),
                Reading.notRead("test")));
        return this;
    }

    /** The kubelet gave the devices to a pod. */
    CrowdedNode given(String namespace, String pod, String container, boolean running, String... devices) {
        allocations.add(new DeviceAllocation(
                "uid-" + pod,
                Optional.of(namespace + "/" + pod),
                Optional.of(running),
                container,
                "nvidia.com/gpu",
                List.of(devices)));
        return this;
    }

    NodeSample sample() {
        DriverState driver = new DriverState(
                Reading.of(true, "test"),
                Readings.builder().put(HostQuantities.HOSTNAME, "node", "test").build(),
                Reading.notRead("test"),
                Reading.notRead("test"));
        return new NodeSample(NOW, SampleSource.live(), driver, gpus)
                .withHost(new HostSample(Reading.of(holders, "test"), Reading.of(allocations, "test")));
    }

    String page(MetricOptions options) {
        return page(options, new AgentFigures());
    }

    String page(MetricOptions options, AgentFigures figures) {
        Report report = new Report(sample(), List.of());
        MetricsPage page = new MetricsPage(new NodeCollector(
                () -> Optional.of(report),
                () -> NOW,
                "test",
                dev.gpudiag.checks.memory.MemoryGrowth.none(),
                Optional::empty,
                options,
                figures,
                new PrometheusRegistry()));
        page.render();
        return new String(page.text(), StandardCharsets.UTF_8);
    }
}
