package dev.gpudiag.agent.report;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuIdentity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
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

    /** A figure, not a line of a log. */
    private static final int SHORT = 60;

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
    public NavigableSet<Integer> gpus() {
        return findings.stream()
                .flatMap(finding -> finding.subject().gpu().stream())
                .map(GpuIdentity::index)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    Set<Subject> subjectSet() {
        return findings.stream().map(Finding::subject).collect(Collectors.toSet());
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

    /** Where it was read, without repetition; what one source said is told together. */
    public List<String> proofs() {
        Map<String, List<String>> bySource = new LinkedHashMap<>();
        findings.stream()
                .flatMap(finding -> finding.evidence().stream())
                .distinct()
                .forEach(proof -> bySource.computeIfAbsent(proof.source(), source -> new ArrayList<>())
                        .add(proof.value()));
        return bySource.entrySet().stream()
                .flatMap(entry -> describe(entry.getKey(), entry.getValue()).stream())
                .toList();
    }

    /** Figures of one call stand in one line; lines of a log do not. */
    private static List<String> describe(String source, List<String> values) {
        if (source.isEmpty()) {
            return values;
        }
        boolean figures = values.stream().allMatch(value -> value.length() <= SHORT);
        return figures
                ? List.of(source + ": " + String.join(", ", values))
                : values.stream().map(value -> source + ": " + value).toList();
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
