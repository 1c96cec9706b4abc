package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.report.CompatibilityText.Answer;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.cuda.CompatibilityTable;
import dev.gpudiag.checks.cuda.Decision;
import dev.gpudiag.checks.cuda.Observation;
import dev.gpudiag.checks.cuda.Platform;
import dev.gpudiag.checks.cuda.ProcessJudge;
import dev.gpudiag.checks.cuda.ProcessJudge.Verdict;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Version;
import dev.gpudiag.telemetry.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Whether the CUDA of one running process runs here, and by which evidence it is that CUDA. */
final class ProcessAnswer {

    private static final int MISMATCH = 803;
    private static final int NO_DRIVER_LIBRARY = 35;

    private ProcessAnswer() {}

    static Answer of(GpuHolder holder, NodeSample sample, CompatibilityTable table) {
        Optional<Verdict> verdict = new ProcessJudge(table, sample).judge(holder);
        Optional<ProcessJudge.Answer> found = verdict.flatMap(Verdict::answer);
        Platform platform = found.map(ProcessJudge.Answer::platform)
                .orElseGet(() -> Platform.of(sample).getFirst());
        List<Observation> observations = verdict.map(Verdict::observations).orElse(List.of());
        Decision decision = found.map(ProcessAnswer::withEvidence).orElseGet(() -> unknown(holder, verdict));
        return new Answer(
                platform.driver(),
                platform.knownCuda(table),
                found.map(answer -> answer.evidence().toolkit()),
                platform.capability(),
                about(holder, withObservations(decision, observations)));
    }

    private static Decision withEvidence(ProcessJudge.Answer answer) {
        Version toolkit = answer.evidence().toolkit();
        return answer.decision()
                .because("it is CUDA " + toolkit + " by " + answer.evidence().describe());
    }

    private static Decision unknown(GpuHolder holder, Optional<Verdict> verdict) {
        String reason = verdict.isEmpty()
                ? "its libraries cannot be read: " + unread(holder)
                : verdict.get().usesCuda()
                        ? "no trace of a toolkit: its runtime is linked in statically"
                        : "it has no library of CUDA mapped";
        return new Decision(
                Decision.Result.UNKNOWN,
                "none",
                OptionalInt.empty(),
                Optional.empty(),
                List.of(reason),
                List.of(
                        verdict.isEmpty()
                                ? "run it as root, or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"
                                : "say --cuda VERSION if you know it"));
    }

    private static String unread(GpuHolder holder) {
        return holder.cuda()
                .value()
                .map(found -> found.libraries().describe())
                .orElse(holder.cuda().describe());
    }

    /** What stops every CUDA program beats the decision by versions; the rest is told beside it. */
    private static Decision withObservations(Decision decision, List<Observation> observations) {
        Decision told = decision;
        for (Observation observation : observations) {
            if (isFatal(observation)) {
                told = fatal(told, observation);
            } else if (!isDecision(observation)) {
                told = told.because(observation.seen());
            }
        }
        return told;
    }

    /** The decision by versions itself, which the reasons hold already. */
    private static boolean isDecision(Observation observation) {
        return List.of(
                        "ctr.cuda_vs_driver",
                        "ctr.arch_unsupported",
                        "ctr.compat_lib_active",
                        "ctr.fabric_down",
                        "ctr.unknown_version")
                .contains(observation.rule());
    }

    private static boolean isFatal(Observation observation) {
        return observation.status() == Status.CRITICAL && !isDecision(observation);
    }

    private static Decision fatal(Decision decision, Observation observation) {
        List<String> reasons = new ArrayList<>(List.of(observation.seen()));
        reasons.addAll(decision.reasons());
        return new Decision(
                Decision.Result.FAILS,
                "none",
                OptionalInt.of(observation.rule().equals("ctr.lib_mismatch") ? MISMATCH : NO_DRIVER_LIBRARY),
                decision.needsDriver(),
                reasons,
                observation.actions());
    }

    private static Decision about(GpuHolder holder, Decision decision) {
        String process = holder.command().value().orElse("process") + " (pid " + holder.pid() + ")";
        return decision.because(process
                + holder.workload()
                        .value()
                        .map(Workload::describe)
                        .map(name -> " of " + name)
                        .orElse(""));
    }
}
