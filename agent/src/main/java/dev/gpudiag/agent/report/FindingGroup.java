package dev.gpudiag.agent.report;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Proof;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Findings of one check that mean the same and ask for the same, over several GPUs.
 *
 * @param check id of the check
 * @param findings at least one, in the check's own order
 */
record FindingGroup(String check, List<Finding> findings) {

    /** What must be equal for findings to be told together. */
    private record Meaning(Status status, String why, List<String> actions, Optional<String> causedBy) {}

    static List<FindingGroup> of(CheckResult result) {
        Map<Meaning, List<Finding>> groups = new LinkedHashMap<>();
        for (Finding finding : result.findings()) {
            Meaning meaning = new Meaning(finding.status(), finding.why(), finding.actions(), finding.causedBy());
            groups.computeIfAbsent(meaning, key -> new ArrayList<>()).add(finding);
        }
        return groups.values().stream()
                .map(findings -> new FindingGroup(result.id(), List.copyOf(findings)))
                .toList();
    }

    Status status() {
        return findings.getFirst().status();
    }

    Optional<String> causedBy() {
        return findings.getFirst().causedBy();
    }

    String why() {
        return findings.getFirst().why();
    }

    List<String> actions() {
        return findings.getFirst().actions();
    }

    String subjects() {
        return Subjects.describe(findings.stream().map(Finding::subject).toList());
    }

    /** What was seen, one line for each thing seen, with the subjects that show it. */
    List<String> seen() {
        return bySubjects(Finding::seen);
    }

    /** What it was held against: one line where the limit is the same for all. */
    List<String> limits() {
        List<String> distinct = findings.stream()
                .map(Finding::limit)
                .filter(limit -> !limit.isEmpty())
                .distinct()
                .toList();
        return distinct.size() > 1 ? bySubjects(Finding::limit) : distinct;
    }

    /** Where it was read, without repetition. */
    List<String> proofs() {
        return findings.stream()
                .flatMap(finding -> finding.evidence().stream())
                .map(FindingGroup::describe)
                .distinct()
                .toList();
    }

    private static String describe(Proof proof) {
        return proof.source().isEmpty() ? proof.value() : proof.source() + ": " + proof.value();
    }

    private List<String> bySubjects(Function<Finding, String> text) {
        Map<String, List<Subject>> subjects = new LinkedHashMap<>();
        for (Finding finding : findings) {
            subjects.computeIfAbsent(text.apply(finding), key -> new ArrayList<>())
                    .add(finding.subject());
        }
        return subjects.entrySet().stream()
                .filter(entry -> !entry.getKey().isEmpty())
                .map(entry -> prefix(Subjects.describe(entry.getValue())) + entry.getKey())
                .toList();
    }

    private static String prefix(String subjects) {
        return subjects.isEmpty() ? "" : subjects + ": ";
    }
}
