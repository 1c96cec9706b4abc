package dev.gpudiag.agent.top;

import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.Gap;
import dev.gpudiag.telemetry.GpuCondition;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Nodes for the live table. */
public final class TopNodes {

    private static final long GIB = 1L << 30;
    private static final String PROC = "/proc";

    private TopNodes() {}

    /** A busy node: four GPUs, one held down by heat, six processes of every kind of workload. */
    public static NodeSample busy() {
        return node(
                List.of(
                        gpu(0, 0.97, 0, process(4711, 60 * GIB, 0.9), process(4712, 2 * GIB, 0.1)),
                        gpu(1, 0.4, 0x4, process(4713, 30 * GIB, 0.4)),
                        gpu(2, 0.0, 0x41, process(4714, 100, 0.0)),
                        gpu(3, 0.6, 0, process(4715, 10 * GIB, 0.6), process(4716, 12 * GIB, 0.2))),
                List.of(
                        holder(4711, "alice", "S", pod("ml-train", "llama-0", "main"), "python3 train.py --size 70b"),
                        holder(4712, "bob", "S", Workload.of(Workload.Kind.SLURM_JOB, "42"), "python3 eval.py"),
                        holder(
                                4713,
                                "root",
                                "R",
                                Workload.of(Workload.Kind.SYSTEMD_UNIT, "triton.service"),
                                "tritonserver"),
                        holder(4714, "carol", "D", Workload.of(Workload.Kind.USER, "carol"), "python3 stuck.py"),
                        holder(4715, "dave", "S", pod("web", "\u001b[2Jevil", "x"), "\u202egnp.exe")));
    }

    /** The same with a GPU that does not answer. */
    public static NodeSample hung() {
        List<GpuSample> gpus = new ArrayList<>(busy().gpus());
        gpus.set(
                2,
                GpuSample.withoutReadings(
                        Nodes.gpu(2),
                        Nodes.NOON,
                        new GpuCondition(
                                GpuCondition.State.UNRESPONSIVE, "no answer from nvmlDeviceGetTemperature for 12 s")));
        return node(gpus, busy().host().holders().value().orElseThrow());
    }

    /** One GPU under MIG with two devices. */
    public static NodeSample mig() {
        GpuSample plain = gpu(0, 0, 0);
        Readings device = Readings.builder()
                .put(GpuQuantities.MEMORY_TOTAL, 20 * GIB, "nvml")
                .put(GpuQuantities.MEMORY_USED, 11 * GIB, "nvml")
                .put(GpuQuantities.MIG_PROFILE, "3g.20gb", "nvml")
                .build();
        Readings readings = Readings.builder()
                .putAll(plain.readings())
                .put(
                        GpuQuantities.UTILIZATION_GPU,
                        Reading.missing(Reading.Reason.NOT_SUPPORTED, "nvml", "not supported", 3))
                .build();
        ComputeProcess process = new ComputeProcess(
                52011,
                ComputeProcess.Type.MPS,
                Optional.of("server"),
                OptionalInt.of(2),
                OptionalInt.of(0),
                Reading.of(11 * GIB, "nvml"),
                Reading.notRead("no sample"));
        GpuSample gpu = new GpuSample(
                plain.identity(),
                Nodes.NOON,
                GpuCondition.answering(),
                readings,
                List.of(),
                Reading.of(List.of(process), "nvml"),
                Reading.of(List.of(new MigDevice(0, device), new MigDevice(3, device)), "nvml"));
        return node(List.of(gpu), List.of());
    }

    /** No driver at all. */
    public static NodeSample noDriver() {
        return new NodeSample(Nodes.NOON, SampleSource.live(), Nodes.unusableDriver(), List.of());
    }

    /** Sixteen GPUs with five processes each. */
    public static NodeSample crowded() {
        List<GpuSample> gpus = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            ComputeProcess[] processes = new ComputeProcess[5];
            for (int p = 0; p < processes.length; p++) {
                processes[p] = process(1000 + 10 * i + p, p * GIB, 0.1);
            }
            gpus.add(gpu(i, i / 16.0, 0, processes));
        }
        return node(gpus, List.of());
    }

    /** The same at another instant, with every reading taken anew but that of one GPU. */
    public static NodeSample later(NodeSample sample, int seconds, int silent) {
        Instant now = sample.takenAt().plusSeconds(seconds);
        List<GpuSample> gpus = sample.gpus().stream()
                .map(gpu -> gpu.identity().index() == silent
                        ? gpu
                        : new GpuSample(
                                gpu.identity(),
                                now,
                                gpu.condition(),
                                gpu.readings(),
                                gpu.nvlinks(),
                                gpu.processes(),
                                gpu.migDevices()))
                .toList();
        return new NodeSample(now, sample.source(), sample.driver(), gpus, sample.host());
    }

    private static NodeSample node(List<GpuSample> gpus, List<GpuHolder> holders) {
        HostSample host = new HostSample(
                Reading.of(holders, PROC),
                Reading.notRead("kubelet was not read"),
                List.of(new Gap(Reading.Reason.NO_PERMISSION, PROC, "processes of other users: run as root")),
                Optional.empty(),
                Optional.empty());
        return new NodeSample(Nodes.NOON, SampleSource.live(), Nodes.driver(), gpus).withHost(host);
    }

    private static GpuSample gpu(int index, double utilization, long reasons, ComputeProcess... processes) {
        GpuSample plain = Nodes.answering(index);
        Readings readings = Readings.builder()
                .putAll(plain.readings())
                .put(GpuQuantities.UTILIZATION_GPU, utilization, "nvml")
                .put(GpuQuantities.CLOCK_SM, 1_980_000_000L, "nvml")
                .put(GpuQuantities.CLOCK_EVENT_REASONS, reasons, "nvml")
                .build();
        return new GpuSample(
                plain.identity(),
                Nodes.NOON,
                GpuCondition.answering(),
                readings,
                List.of(),
                Reading.of(List.of(processes), "nvml"),
                Reading.of(List.of(), "nvml"));
    }

    private static ComputeProcess process(long pid, long bytes, double sm) {
        return new ComputeProcess(
                pid,
                ComputeProcess.Type.COMPUTE,
                Optional.of("python3"),
                OptionalInt.empty(),
                OptionalInt.empty(),
                bytes < GIB
                        ? Reading.missing(Reading.Reason.NOT_SUPPORTED, "nvml", "not available")
                        : Reading.of(bytes, "nvml"),
                Reading.of(sm, "nvml"));
    }

    private static Workload pod(String namespace, String pod, String container) {
        return new Workload(
                Workload.Kind.KUBERNETES_POD,
                namespace + "/" + pod + " (" + container + ")",
                Optional.of(namespace),
                Optional.of(pod),
                Optional.of("11111111-2222-3333-4444-555555555555"),
                Optional.of(container),
                Optional.of("a".repeat(64)),
                Optional.of("containerd"));
    }

    private static GpuHolder holder(long pid, String user, String state, Workload workload, String commandLine) {
        return new GpuHolder(
                pid,
                Reading.of(1000L, PROC),
                Reading.of(state, PROC),
                Reading.of("python3", PROC),
                Reading.of(commandLine, PROC),
                Reading.of(user, PROC),
                Reading.of(List.of(), PROC),
                Reading.notRead(""),
                Reading.of(workload, PROC),
                Reading.notRead(""));
    }
}
