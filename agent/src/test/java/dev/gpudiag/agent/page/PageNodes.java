package dev.gpudiag.agent.page;

import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import dev.gpudiag.telemetry.Workload;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Nodes and reports to make pages of. */
final class PageNodes {

    private PageNodes() {}

    static NodeSample node(GpuSample... gpus) {
        return Nodes.node(SampleSource.live(), gpus);
    }

    static NodeSample node(List<GpuSample> gpus, GpuHolder... holders) {
        return Nodes.node(SampleSource.live(), gpus.toArray(GpuSample[]::new))
                .withHost(new HostSample(Reading.of(List.of(holders), "/proc"), Reading.notRead("no kubelet")));
    }

    static GpuSample gpu(int index, ComputeProcess... processes) {
        GpuSample gpu = Nodes.answering(index);
        return new GpuSample(
                gpu.identity(),
                gpu.takenAt(),
                gpu.condition(),
                Readings.builder()
                        .putAll(gpu.readings())
                        .put(GpuQuantities.MINOR_NUMBER, (long) index, "nvml")
                        .build(),
                List.of(),
                Reading.of(List.of(processes), "nvml"),
                gpu.migDevices());
    }

    static GpuSample withMig(GpuSample gpu, int devices, String profile) {
        List<MigDevice> list = IntStream.range(0, devices)
                .mapToObj(index -> new MigDevice(
                        index,
                        Readings.builder()
                                .put(GpuQuantities.GPU_INSTANCE, (long) index + 7, "nvml")
                                .put(GpuQuantities.COMPUTE_INSTANCE, 0L, "nvml")
                                .put(GpuQuantities.MIG_PROFILE, profile, "nvml")
                                .put(GpuQuantities.MEMORY_USED, (index + 1L) << 30, "nvml")
                                .put(GpuQuantities.MEMORY_TOTAL, 10L << 30, "nvml")
                                .build()))
                .toList();
        return new GpuSample(
                gpu.identity(),
                gpu.takenAt(),
                gpu.condition(),
                gpu.readings(),
                gpu.nvlinks(),
                gpu.processes(),
                Reading.of(list, "nvml"));
    }

    static ComputeProcess process(long pid, String name, long bytes) {
        return new ComputeProcess(
                pid,
                ComputeProcess.Type.COMPUTE,
                Optional.of(name),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Reading.of(bytes, "nvml"),
                Reading.notRead("not read"));
    }

    static GpuHolder holder(long pid, String command, Workload workload, String... devices) {
        return new GpuHolder(
                pid,
                Reading.of(pid * 10, "/proc"),
                Reading.of("S", "/proc"),
                Reading.of(command, "/proc"),
                Reading.of(command, "/proc"),
                Reading.of("alice", "/proc"),
                Reading.of(List.of(devices), "/proc"),
                Reading.notRead("not read"),
                Reading.of(workload, "/proc"),
                Reading.notRead("not read"));
    }

    static Workload pod(String name) {
        return Workload.of(Workload.Kind.KUBERNETES_POD, name);
    }

    static Report report(NodeSample sample, CheckResult... results) {
        return new Report(sample, List.of(results));
    }

    static CheckResult result(String id, Finding... findings) {
        Status worst = Arrays.stream(findings).map(Finding::status).reduce(Status.SKIPPED, Status::worse);
        return new CheckResult(id, worst, findings[0].seen(), List.of(findings));
    }

    static CheckResult fine(NodeSample sample) {
        return result(
                "ecc",
                sample.gpus().stream()
                        .map(gpu -> Finding.of(Status.OK, Subject.gpu(gpu.identity()), "no errors"))
                        .toArray(Finding[]::new));
    }
}
