package dev.gpudiag.agent.report;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.telemetry.Reading;
import java.util.Locale;

/** Whether something was not looked at for lack of rights: that changes with who asks. */
public final class Rights {

    private static final String NO_RIGHTS = Reading.Reason.NO_PERMISSION.text();

    private Rights() {}

    public static boolean lacking(CheckResult result) {
        return names(result.summary()) || result.findings().stream().anyMatch(Rights::lacking);
    }

    public static boolean lacking(Finding finding) {
        return names(finding.seen()) || finding.evidence().stream().anyMatch(proof -> names(proof.value()));
    }

    private static boolean names(String text) {
        return text.toLowerCase(Locale.ROOT).contains(NO_RIGHTS);
    }
}
