package dev.gpudiag.agent.report;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import java.util.List;

/** A verdict in one line, as {@code systemctl status} shows it. */
public final class VerdictLine {

    private VerdictLine() {}

    public static String of(Report report) {
        Status verdict = report.verdict();
        String coverage = report.ran() + " of " + report.results().size() + " checks ran";
        if (!verdict.isProblem()) {
            return verdict + ": nothing wrong, " + coverage;
        }
        List<CheckResult> worst = report.results().stream()
                .filter(result -> result.status() == verdict)
                .toList();
        String more = worst.size() > 1 ? " (and " + (worst.size() - 1) + " more)" : "";
        return verdict + ": " + worst.getFirst().id() + ": " + worst.getFirst().summary() + more + ", " + coverage;
    }
}
