package dev.gpudiag.checks.explain;

import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.DataTable;
import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Checks and their rules, as their specs say; what they usually come from by the area of the rule. */
final class CheckExplanations {

    private final Map<String, List<String>> areas =
            DataTable.of(CheckExplanations.class, "rule-areas.csv").rows().stream()
                    .collect(Collectors.toMap(List::getFirst, Function.identity()));

    List<Explanation> of(List<Check> checks) {
        List<Explanation> all = new ArrayList<>();
        for (Check check : checks) {
            all.add(check(check.spec()));
            check.spec().rules().forEach(rule -> all.add(rule(check.spec(), rule)));
        }
        return all;
    }

    private Explanation check(CheckSpec spec) {
        List<String> usually =
                spec.rules().stream().map(rule -> area(rule).get(1)).distinct().toList();
        List<String> rules = spec.rules().stream()
                .map(rule -> "%s, %s: %s".formatted(rule.id(), rule.severity(), rule.condition()))
                .toList();
        return new Explanation(
                TopicKind.CHECK,
                spec.id(),
                List.of(),
                spec.rules().stream().map(Rule::severity).reduce(Status::worse),
                spec.title(),
                String.join("; or ", usually),
                List.of("gpudiag check " + spec.id() + ": each finding says what to do"),
                rules,
                spec.rules().stream()
                        .map(this::escalation)
                        .max(Comparator.naturalOrder())
                        .orElse(Escalation.RESET),
                sources(spec));
    }

    private static String sources(CheckSpec spec) {
        return spec.rules().stream().map(Rule::source).distinct().collect(Collectors.joining("; "));
    }

    private Explanation rule(CheckSpec spec, Rule rule) {
        return new Explanation(
                TopicKind.RULE,
                rule.id(),
                List.of(),
                Optional.of(rule.severity()),
                rule.condition(),
                area(rule).get(1),
                List.of(rule.action()),
                List.of("check: " + spec.id(), "reads: " + rule.reads()),
                escalation(rule),
                rule.source());
    }

    private Escalation escalation(Rule rule) {
        return rule.severity().isProblem() ? Escalation.valueOf(area(rule).get(2)) : Escalation.NONE;
    }

    /** The row of the area of a rule; an area that the table does not have yet is told by the rule alone. */
    private List<String> area(Rule rule) {
        String area = rule.id().substring(0, rule.id().indexOf('.'));
        return areas.getOrDefault(area, List.of(area, "what the rule says", Escalation.RESET.name()));
    }
}
