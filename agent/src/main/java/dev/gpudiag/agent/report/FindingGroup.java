package dev.gpudiag.agent.report;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Proof;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuIdentity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Findings of one check that mean the same and ask for the same, over several GPUs.
 *
 * @param check id of the check
 * @param findings at least one, in the check's own order
 */
public record FindingGroup(String check, List<Finding> findings) {

    public FindingGroup {
        findings = List.copyOf(findings);
    }

    /** What must be equal for findings to be told together. */
    private record Meaning(Status status, String why, List<String> actions, Optional<String> causedBy) {}

    public static List<FindingGroup> of(CheckResult result) {
        Map<Meaning, List<Finding>> groups = new LinkedHashMap<>();
        for (Finding finding : result.findings()) {
            Meaning meaning = new Meaning(finding.status(), finding.why(), finding.actions(), finding.causedBy());
            groups.computeIfAbsent(meaning, key -> new ArrayList<>()).add(finding);
        }
        return groups.values().stream()
                .map(findings -> new FindingGroup(result.id(), List.copyOf(findings)))
                .toList();
    }

    public Status status() {
        return findings.getFirst().status();
    }

    public Optional<String> causedBy() {
        return findings.getFirst().causedBy();
    }

    public String why() {
        return findings.getFirst().why();
    }

    public List<String> actions() {
        return findings.getFirst().actions();
    }

    /** What it is about in words; empty for the node alone. */
    public String subjects() {
        return Subjects.describe(findings.stream().map(Finding::subject).toList());
    }

    /** Indices of the GPUs that it is about; empty for the node alone. */
    public SortedSet<Integer> gpus() {
        return findings.stream()
                .flatMap(finding -> finding.subject().gpu().stream())
                .map(GpuIdentity::index)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What was seen, one line for each thing seen, with the subjects that show it. */
    public List<String> seen() {
        return bySubjects(Finding::seen);
    }

    /** What it was held against: one line where the limit is the same for all. */
    public List<String> limits() {
        List<String> distinct = findings.stream()
                .map(Finding::limit)
                .filter(limit -> !limit.isEmpty())
                .distinct()
                .toList();
        return distinct.size() > 1 ? bySubjects(Finding::limit) : distinct;
    }

    /** Where it was read, without repetition. */
    public List<String> proofs() {
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
