package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.report.Rights;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import java.util.List;

/** {@code --strict}: what was skipped for lack of rights is UNKNOWN. */
final class Strictness {

    private Strictness() {}

    static Report apply(Report report) {
        return report.withResults(
                report.results().stream().map(Strictness::apply).toList());
    }

    private static CheckResult apply(CheckResult result) {
        if (result.findings().isEmpty()) {
            return result.status() == Status.SKIPPED && Rights.lacking(result)
                    ? new CheckResult(result.id(), Status.UNKNOWN, result.summary(), List.of())
                    : result;
        }
        List<Finding> findings =
                result.findings().stream().map(Strictness::apply).toList();
        if (findings.equals(result.findings())) {
            return result;
        }
        Finding unknown = findings.stream()
                .filter(finding -> finding.status() == Status.UNKNOWN)
                .findFirst()
                .orElseThrow();
        Status status = Status.worse(result.status(), Status.UNKNOWN);
        return new CheckResult(
                result.id(), status, status == result.status() ? result.summary() : unknown.seen(), findings);
    }

    private static Finding apply(Finding finding) {
        return finding.status() == Status.SKIPPED && Rights.lacking(finding)
                ? finding.withStatus(Status.UNKNOWN)
                : finding;
    }
}
