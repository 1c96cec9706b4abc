package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.checks.cuda.CompatibilityTable;
import dev.gpudiag.checks.cuda.Observation;
import dev.gpudiag.checks.cuda.ProcessJudge;
import dev.gpudiag.checks.cuda.ProcessJudge.Verdict;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.ProcessCuda.MappedLibrary;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Whether the CUDA of every process that holds a GPU runs on this driver and GPU, and whether containers still get them. */
final class CudaCompatCheck implements Check {

    private static final CheckSpec SPEC = new CheckSpec(
                    "cuda-compat",
                    "CUDA of every process on a GPU against driver and GPU; how containers get their devices",
                    EnumSet.of(CheckSpec.Precondition.SETTLED_DRIVER),
                    List.of(),
                    CudaCompatRules.ALL)
            .needing(CheckSpec.Need.PROCESSES);

    private static final String ZOMBIE = "Z";

    private final CompatibilityTable table = CompatibilityTable.shipped();

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(Evidence evidence) {
        List<Finding> findings = new ArrayList<>(ContainerSetup.findings(evidence.sample()));
        HostSample host = evidence.sample().host();
        Optional<List<GpuHolder>> holders = host.holders().value();
        if (holders.isEmpty()) {
            findings.add(unread(host.holders()));
            return findings;
        }
        findings.addAll(ofProcesses(holders.get(), new ProcessJudge(table, evidence.sample())));
        return findings;
    }

    private List<Finding> ofProcesses(List<GpuHolder> holders, ProcessJudge judge) {
        WorkloadFindings collected = new WorkloadFindings();
        Map<GpuHolder, Reading<?>> unreadable = new LinkedHashMap<>();
        Map<String, Integer> outcomes = new TreeMap<>();
        int without = 0;
        for (GpuHolder holder : holders) {
            if (holder.state().value().filter(ZOMBIE::equals).isPresent()) {
                continue; // its libraries are gone with its memory
            }
            Optional<Verdict> verdict = judge.judge(holder);
            if (verdict.isEmpty()) {
                unreadable.put(holder, missing(holder));
                continue;
            }
            without += verdict.get().usesCuda() ? 0 : 1;
            verdict.get().answer().ifPresent(answer -> outcomes.merge(outcome(answer), 1, Integer::sum));
            for (Observation observation : verdict.get().observations()) {
                collected.add(holder, observation);
            }
        }
        List<Finding> findings = new ArrayList<>(collected.findings());
        findings.addAll(ofUnreadable(unreadable));
        boolean noProblem = findings.stream().allMatch(finding -> finding.status() == Status.INFO);
        if (findings.isEmpty() || (noProblem && !outcomes.isEmpty())) {
            findings.add(well(outcomes, without));
        }
        return findings;
    }

    private static String outcome(ProcessJudge.Answer answer) {
        return "CUDA " + answer.evidence().toolkit() + " "
                + answer.decision().result().word();
    }

    private static Finding well(Map<String, Integer> outcomes, int without) {
        String seen = outcomes.isEmpty()
                ? without == 0 ? "no process on a GPU" : "no CUDA process on a GPU"
                : outcomes.entrySet().stream()
                        .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
                        .collect(Collectors.joining(", "));
        return Finding.builder(Status.OK, Subject.node(), seen)
                .measured(
                        "cuda_processes",
                        outcomes.values().stream().mapToInt(Integer::intValue).sum(),
                        "count")
                .measured("other_processes", without, "count")
                .build();
    }

    private static Reading<List<MappedLibrary>> missing(GpuHolder holder) {
        return holder.cuda().value().isPresent()
                ? holder.cuda().value().get().libraries()
                : holder.cuda().map(never -> List.of());
    }

    /** One finding for each reason, however many processes it keeps from being looked at. */
    private static List<Finding> ofUnreadable(Map<GpuHolder, Reading<?>> unreadable) {
        Map<Reason, List<GpuHolder>> byReason = unreadable.entrySet().stream()
                .collect(Collectors.groupingBy(
                        entry -> entry.getValue().reason().orElse(Reason.NOT_READ),
                        TreeMap::new,
                        Collectors.mapping(Map.Entry::getKey, Collectors.toList())));
        return byReason.entrySet().stream()
                .map(entry -> unreadable(
                        entry.getKey(),
                        entry.getValue(),
                        unreadable.get(entry.getValue().getFirst())))
                .toList();
    }

    private static Finding unreadable(Reason reason, List<GpuHolder> holders, Reading<?> first) {
        String pids = holders.stream()
                .limit(4)
                .map(holder -> String.valueOf(holder.pid()))
                .collect(Collectors.joining(", "));
        String seen = holders.size() + (holders.size() == 1 ? " process" : " processes") + " (pid " + pids
                + (holders.size() > 4 ? " and " + (holders.size() - 4) + " more" : "") + ") not judged: "
                + (reason == Reason.NO_PERMISSION ? "no permission" : first.describe());
        return Finding.builder(ofProcess(reason), Subject.node(), seen)
                .why(
                        reason == Reason.NO_PERMISSION
                                ? "Their libraries show only to root, or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH."
                                : "")
                .proof(first.source(), first.describe())
                .build();
    }

    private static Finding unread(Reading<?> holders) {
        Reason reason = holders.reason().orElseThrow();
        return Finding.builder(
                        status(reason),
                        Subject.node(),
                        reason == Reason.NO_PERMISSION
                                ? "processes: no permission"
                                : "processes: " + holders.describe())
                .proof(holders.source(), holders.describe())
                .build();
    }

    /** A process that ended while it was looked at, or that is in a PID namespace of its own, is nobody's fault. */
    private static Status ofProcess(Reason reason) {
        return reason == Reason.TIMED_OUT ? Status.UNKNOWN : Status.SKIPPED;
    }

    private static Status status(Reason reason) {
        return reason.isFailure() && reason != Reason.NO_PERMISSION ? Status.UNKNOWN : Status.SKIPPED;
    }
}
