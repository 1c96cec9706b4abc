package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.CheckSpec.Precondition;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.GpuCheck;
import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.checks.memory.GrowthLevel;
import dev.gpudiag.checks.memory.GrowthSubject;
import dev.gpudiag.checks.memory.TrackedMemory;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuSample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** Whether the memory of a process, a MIG device or a workload grows as a leak does. */
final class MemoryGrowthCheck implements GpuCheck {

    /** Nothing can be said of a shorter past: warm-up alone takes 20 minutes. */
    private static final Duration LEAST = Duration.ofHours(1);

    private static final CheckSpec SPEC = new CheckSpec(
                    "memory-growth",
                    "memory of processes, MIG devices and workloads that grows as a leak does",
                    EnumSet.of(Precondition.USABLE_DRIVER, Precondition.GPU),
                    List.of(),
                    List.of(new Rule(
                            "mem.leak",
                            "nvmlDeviceGet*RunningProcesses, used memory of MIG devices, over hours",
                            "floors rise in a straight line after warm-up: suspect is INFO, likely and confirmed WARNING,"
                                    + " confirmed and full within 24 h CRITICAL",
                            Status.CRITICAL,
                            "keep a memory snapshot of the framework, restart the process before the end",
                            "gpudiag, measured by its benchmark")))
            .needing(Need.PROCESSES, Need.ENDPOINTS);

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(GpuSample gpu, Evidence evidence) {
        List<TrackedMemory> followed = evidence.growth().of(gpu);
        List<Finding> findings = new ArrayList<>();
        GrowthLevel ofProcesses = followed.stream()
                .filter(entry -> entry.subject().kind() == GrowthSubject.Kind.PROCESS)
                .map(entry -> entry.detector().level())
                .max(Comparator.naturalOrder())
                .orElse(GrowthLevel.NONE);
        for (TrackedMemory entry : followed) {
            GrowthLevel level = entry.detector().level();
            // the sum over a pod or an instance grows where a process of it does: told only where no process explains
            // it
            boolean explained =
                    entry.subject().kind() != GrowthSubject.Kind.PROCESS && level.compareTo(ofProcesses) <= 0;
            if (level != GrowthLevel.NONE && !explained) {
                findings.add(GrowthFinding.of(entry, gpu, evidence));
            }
        }
        if (findings.isEmpty()) {
            findings.add(nothing(gpu, followed));
        }
        return findings;
    }

    private static Finding nothing(GpuSample gpu, List<TrackedMemory> followed) {
        Subject subject = Subject.gpu(gpu.identity());
        Optional<List<ComputeProcess>> processes = gpu.processes().value();
        Duration longest = followed.stream()
                .map(TrackedMemory::span)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
        if (processes.isEmpty() && followed.isEmpty()) {
            return Finding.of(
                    Status.SKIPPED,
                    subject,
                    "processes cannot be listed: " + gpu.processes().describe());
        }
        if (longest.compareTo(LEAST) < 0 && !processes.map(List::isEmpty).orElse(false)) {
            String has = longest.isZero() ? "none: run gpudiag serve" : Amounts.duration(longest);
            return Finding.of(Status.SKIPPED, subject, "needs 1 h of history, has " + has);
        }
        long count = followed.stream()
                .filter(entry -> entry.subject().kind() == GrowthSubject.Kind.PROCESS)
                .count();
        return Finding.of(
                Status.OK,
                subject,
                count == 0 ? "no process" : "no growth that goes on; longest seen for " + Amounts.duration(longest));
    }
}
