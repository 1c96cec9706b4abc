package dev.gpudiag.agent.report;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Something that somebody must look at, with what it explains.
 *
 * @param cause what to mend
 * @param effects what will be gone with it
 */
public record Problem(FindingGroup cause, List<FindingGroup> effects) {

    public Problem {
        requireNonNull(cause, "cause is null");
        effects = List.copyOf(effects);
    }

    /**
     * All problems of a report: those that explain others first, then the worst first. Each finding that is a problem is in
     * exactly one of them.
     */
    public static List<Problem> of(Report report) {
        List<FindingGroup> groups = report.results().stream()
                .flatMap(result -> FindingGroup.of(result).stream())
                .filter(group -> group.status().isProblem())
                .toList();
        Map<FindingGroup, List<FindingGroup>> effects = new LinkedHashMap<>();
        List<FindingGroup> explained = new ArrayList<>();
        for (FindingGroup group : groups) {
            if (group.causedBy().isEmpty()) {
                effects.put(group, new ArrayList<>());
            } else {
                explained.add(group);
            }
        }
        for (FindingGroup group : explained) {
            root(group, groups, effects.keySet())
                    .map(effects::get)
                    .ifPresentOrElse(list -> list.add(group), () -> effects.put(group, new ArrayList<>()));
        }
        return effects.entrySet().stream()
                .map(entry -> new Problem(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparing(
                                (Problem problem) -> problem.effects().isEmpty())
                        .thenComparing(problem -> problem.cause().status(), Comparator.reverseOrder()))
                .toList();
    }

    /** The worst status of the cause and what it explains. */
    public Status status() {
        return effects.stream().map(FindingGroup::status).reduce(cause.status(), Status::worse);
    }

    /** Follows {@code causedBy} to a finding that nothing explains: of the same GPU where the cause is about GPUs. */
    private static Optional<FindingGroup> root(FindingGroup effect, List<FindingGroup> all, Set<FindingGroup> roots) {
        Set<String> seen = new HashSet<>();
        Optional<String> cause = effect.causedBy();
        while (cause.isPresent() && seen.add(cause.get())) {
            String check = cause.get();
            Optional<FindingGroup> root = nearest(effect, check, roots);
            if (root.isPresent()) {
                return root;
            }
            cause = all.stream()
                    .filter(group -> group.check().equals(check))
                    .findFirst()
                    .flatMap(FindingGroup::causedBy);
        }
        return Optional.empty();
    }

    private static Optional<FindingGroup> nearest(FindingGroup effect, String check, Set<FindingGroup> roots) {
        List<FindingGroup> candidates =
                roots.stream().filter(root -> root.check().equals(check)).toList();
        return candidates.stream()
                .filter(root -> root.gpus().stream().anyMatch(effect.gpus()::contains))
                .findFirst()
                .or(() -> candidates.stream().findFirst());
    }
}
