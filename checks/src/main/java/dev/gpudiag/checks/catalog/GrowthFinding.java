package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.GrowthSeverity;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.checks.memory.GrowthHeadroom;
import dev.gpudiag.checks.memory.GrowthLevel;
import dev.gpudiag.checks.memory.GrowthSlope;
import dev.gpudiag.checks.memory.GrowthSlope.Exhaustion;
import dev.gpudiag.checks.memory.GrowthSubject;
import dev.gpudiag.checks.memory.GrowthVerdict;
import dev.gpudiag.checks.memory.TrackedMemory;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is said of memory that grows: who, how fast, until when, and what harmless cause would look the same. */
final class GrowthFinding {

    private static final double HOUR = 3600;

    private GrowthFinding() {}

    static Finding of(TrackedMemory entry, GpuSample gpu, Evidence evidence) {
        GrowthVerdict verdict = entry.detector().verdict();
        Optional<Exhaustion> end = GrowthHeadroom.exhaustion(entry, verdict, gpu);
        Status status = GrowthSeverity.of(verdict.level(), end);
        String seen = verdict.level().name().toLowerCase(Locale.ROOT) + " leak: " + who(entry, gpu, evidence)
                + " holds "
                + Amounts.bytes(entry.lastBytes())
                + verdict.slope().map(GrowthFinding::speed).orElse("")
                + verdict.growingSince()
                        .map(since -> " for " + Amounts.duration(Duration.between(since, entry.lastSeen())))
                        .orElse("")
                + end.map(when -> ", full in " + Amounts.duration(when.expected()) + " ("
                                + Amounts.duration(when.soonest()) + " to " + Amounts.duration(when.latest()) + ")")
                        .orElse("");
        Finding.Builder finding = Finding.builder(status, subject(entry, gpu), seen)
                .rule("mem.leak")
                .limit("critical when confirmed and full within " + Amounts.duration(GrowthSeverity.SOON))
                .why("If it is a leak, it ends in an out-of-memory error. The same would be seen of: "
                        + String.join("; ", verdict.shape().lookAlikes()) + ".");
        measure(finding, verdict, end);
        advise(finding, verdict.level(), entry, evidence);
        return finding.proof("used memory, followed for " + Amounts.duration(entry.span()), verdict.why())
                .proof("held now", String.valueOf(entry.lastBytes()))
                .build();
    }

    private static String speed(GrowthSlope slope) {
        return ", grows by " + Amounts.bytes(slope.bytesPerHour()) + "/h (" + Amounts.bytes(slope.lowBytesPerHour())
                + " to " + Amounts.bytes(slope.highBytesPerHour()) + ")";
    }

    private static String who(TrackedMemory entry, GpuSample gpu, Evidence evidence) {
        GrowthSubject subject = entry.subject();
        return switch (subject.kind()) {
            case MIG_DEVICE -> "the MIG device";
            case WORKLOAD -> "workload " + subject.name();
            case PROCESS -> {
                String name = gpu.processes().value().orElse(List.of()).stream()
                        .filter(process -> process.pid() == subject.pid())
                        .findFirst()
                        .flatMap(ComputeProcess::name)
                        .orElse("pid " + subject.pid());
                yield name
                        + evidence.process(subject.pid())
                                .flatMap(known -> known.workload().value())
                                .map(Workload::name)
                                .map(workload -> " of " + workload)
                                .orElse("");
            }
        };
    }

    private static Subject subject(TrackedMemory entry, GpuSample gpu) {
        GrowthSubject subject = entry.subject();
        if (subject.kind() == GrowthSubject.Kind.PROCESS) {
            return Subject.process(gpu.identity(), subject.pid());
        }
        Optional<MigDevice> device = gpu.migDevices().value().orElse(List.of()).stream()
                .filter(one -> subject.kind() == GrowthSubject.Kind.MIG_DEVICE
                        && one.readings()
                                .value(GpuQuantities.GPU_INSTANCE)
                                .filter(id -> id == subject.gpuInstance())
                                .isPresent())
                .findFirst();
        return device.map(one -> Subject.mig(gpu.identity(), one)).orElseGet(() -> Subject.gpu(gpu.identity()));
    }

    private static void measure(Finding.Builder finding, GrowthVerdict verdict, Optional<Exhaustion> end) {
        finding.measured("memory_growth_level", (double) verdict.level().code(), "count");
        verdict.slope()
                .ifPresent(slope -> finding.measured(
                                "memory_growth_bytes_per_second", slope.bytesPerHour() / HOUR, "bytes per second")
                        .measured(
                                "memory_growth_low_bytes_per_second",
                                slope.lowBytesPerHour() / HOUR,
                                "bytes per second")
                        .measured(
                                "memory_growth_high_bytes_per_second",
                                slope.highBytesPerHour() / HOUR,
                                "bytes per second"));
        end.ifPresent(when -> finding.measured(
                        "memory_exhaustion_seconds", (double) when.expected().toSeconds(), "seconds")
                .measured(
                        "memory_exhaustion_low_seconds", (double) when.soonest().toSeconds(), "seconds")
                .measured(
                        "memory_exhaustion_high_seconds", (double) when.latest().toSeconds(), "seconds"));
    }

    private static void advise(Finding.Builder finding, GrowthLevel level, TrackedMemory entry, Evidence evidence) {
        finding.action(
                "look whether a cache explains it: KV-cache usage of the serving engine, models loaded, batch sizes");
        EngineHint.add(finding, evidence.sample().endpoints());
        if (level == GrowthLevel.SUSPECT) {
            finding.action("look again later: growth that lasts is raised to likely, growth that ends is cleared");
            return;
        }
        finding.action("keep evidence: torch.cuda.memory._dump_snapshot() in the process, then gpudiag torch FILE");
        if (entry.subject().kind() == GrowthSubject.Kind.PROCESS) {
            finding.action(
                    "let pid " + entry.subject().pid() + " write a checkpoint and restart it before memory ends");
        } else {
            finding.action("restart what runs there, one after the other, before memory ends");
        }
    }
}
