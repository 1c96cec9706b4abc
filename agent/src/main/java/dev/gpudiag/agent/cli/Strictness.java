package dev.gpudiag.agent.cli;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.Reading;
import java.util.List;
import java.util.Locale;

/** {@code --strict}: what was skipped for lack of rights is UNKNOWN. */
final class Strictness {

    private static final String NO_RIGHTS = Reading.Reason.NO_PERMISSION.text();

    private Strictness() {}

    static Report apply(Report report) {
        return report.withResults(
                report.results().stream().map(Strictness::apply).toList());
    }

    private static CheckResult apply(CheckResult result) {
        if (result.status() != Status.SKIPPED || !lacksRights(result)) {
            return result;
        }
        List<Finding> findings = result.findings().stream()
                .map(finding -> finding.withStatus(Status.UNKNOWN))
                .toList();
        return new CheckResult(result.id(), Status.UNKNOWN, result.summary(), findings);
    }

    private static boolean lacksRights(CheckResult result) {
        return names(result.summary())
                || result.findings().stream()
                        .anyMatch(finding -> names(finding.seen())
                                || finding.evidence().stream().anyMatch(proof -> names(proof.value())));
    }

    private static boolean names(String text) {
        return text.toLowerCase(Locale.ROOT).contains(NO_RIGHTS);
    }
}
