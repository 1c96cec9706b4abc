package dev.gpudiag.agent.report;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.SampleSource;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Reports to render. */
final class Reports {

    private Reports() {}

    static ReportContext context(Report report) {
        return new ReportContext("1.2.3", Duration.ofMillis(310), List.of(), report.exitCode(), false);
    }

    static CheckResult result(String id, Finding... findings) {
        Status status = Arrays.stream(findings).map(Finding::status).reduce(Status.SKIPPED, Status::worse);
        Finding worst = Arrays.stream(findings)
                .filter(finding -> finding.status() == status)
                .findFirst()
                .orElseThrow();
        return new CheckResult(id, status, worst.seen(), List.of(findings));
    }

    static CheckResult skipped(String id, String reason) {
        return new CheckResult(id, Status.SKIPPED, reason, List.of());
    }

    static Report healthy() {
        return new Report(
                Nodes.node(SampleSource.live(), Nodes.answering(0, 2)),
                List.of(
                        result(
                                "driver",
                                Finding.of(Status.OK, Subject.node(), "kernel module 550.54.15 = NVML 550.54.15")),
                        result("ecc", Finding.of(Status.OK, Subject.gpu(Nodes.gpu(0)), "0 uncorrected errors")),
                        result(
                                "memory",
                                Finding.builder(Status.INFO, Subject.gpu(Nodes.gpu(1)), "94 % used, flat")
                                        .limit("90 %")
                                        .build()),
                        skipped("utilization", "needs history: run gpudiag serve")));
    }

    static Finding lost(int gpu) {
        return Finding.builder(Status.CRITICAL, Subject.gpu(Nodes.gpu(gpu)), "fallen off the bus")
                .limit("every GPU answers")
                .why("whatever ran on it is gone, and NCCL jobs over all GPUs of this node hang")
                .action("drain the node")
                .action("power-cycle it; a reboot may not bring the GPU back")
                .action("if it comes back, run the vendor's field diagnostic before it takes work, because a GPU that "
                        + "has left the bus once leaves it again")
                .measured("gpus_lost", 1, "count")
                .proof("nvmlDeviceGetHandleByIndex_v2", "15 (GPU is lost)")
                .build();
    }

    private static CheckResult explained(String id) {
        return result(
                id,
                Finding.builder(Status.UNKNOWN, Subject.gpu(Nodes.gpu(3)), "not known: GPU is lost")
                        .causedBy("devices")
                        .build(),
                Finding.of(Status.OK, Subject.gpu(Nodes.gpu(0)), "fine"));
    }

    static Report lostGpu() {
        NodeSample sample = Nodes.node(
                new SampleSource(SampleSource.Kind.SIMULATED, "gpu-lost"),
                Nodes.answering(0),
                Nodes.answering(1),
                Nodes.answering(2),
                Nodes.lost(3));
        return new Report(
                sample,
                List.of(
                        explained("ecc"),
                        result("driver", Finding.of(Status.OK, Subject.node(), "550.54.15")),
                        result("devices", lost(3)),
                        explained("pcie")));
    }

    /** Eight GPUs that show the same, and two that show nearly the same. */
    static Report hotGpus() {
        Finding[] hot = IntStream.range(0, 8)
                .mapToObj(gpu -> Finding.builder(
                                Status.WARNING,
                                Subject.gpu(Nodes.gpu(gpu)),
                                gpu == 5 ? "91 C, slowed down" : "84 C, slowed down")
                        .limit("83 C (highest operating)")
                        .why("it runs slower than it could")
                        .action("look at fans and air flow")
                        .proof("nvmlDeviceGetTemperature", gpu == 5 ? "91" : "84")
                        .build())
                .toArray(Finding[]::new);
        return new Report(
                Nodes.node(new SampleSource(SampleSource.Kind.REPLAYED, "/captures/hot.xml"), Nodes.answering(0, 8)),
                List.of(result("temperature", hot)));
    }

    static Report withoutDriver() {
        return new Report(
                new NodeSample(Nodes.NOON, SampleSource.live(), Nodes.unusableDriver(), List.of()),
                List.of(
                        skipped("driver", "no NVIDIA hardware"),
                        skipped("ecc", "needs a working driver"),
                        skipped("memory", "needs a working driver")));
    }
}
