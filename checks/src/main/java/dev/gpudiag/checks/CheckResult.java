package dev.gpudiag.checks;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What one check said.
 *
 * @param status the worst of its findings; SKIPPED when it was not run or none applied
 * @param summary one line: the worst finding, or why it was skipped
 * @param findings worst first
 */
public record CheckResult(String id, Status status, String summary, List<Finding> findings) {
    public CheckResult {
        requireNonNull(id, "id is null");
        requireNonNull(status, "status is null");
        requireNonNull(summary, "summary is null");
        findings = List.copyOf(findings);
    }
}
