package dev.gpudiag.agent.page;

import dev.gpudiag.agent.report.BoardIdentity;
import dev.gpudiag.agent.report.FindingGroup;
import dev.gpudiag.agent.report.Problem;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is wrong: the cause with what to do, what it explains folded under it. */
final class ProblemSection {

    /** Problems that are shown in full; the others are folded. */
    private static final int UNFOLDED = 10;

    /** Lines of one kind in one problem: eight GPUs with seven MIG devices each have fewer. */
    private static final int LINES = 64;

    private final HtmlWriter html;
    private final Report report;
    private final Holders holders;
    private final Set<String> ids = new HashSet<>();

    private ProblemSection(HtmlWriter html, Report report) {
        this.html = html;
        this.report = report;
        this.holders = Holders.of(report.sample());
    }

    static void write(HtmlWriter html, Report report) {
        new ProblemSection(html, report).write();
    }

    private void write() {
        List<Problem> problems = Problem.of(report);
        if (problems.isEmpty()) {
            return;
        }
        try (var _ = html.open("section", "aria-labelledby", "problems")) {
            html.element("h2", "What is wrong, and what to do", "id", "problems");
            int shown = Math.min(UNFOLDED, problems.size());
            problems.subList(0, shown).forEach(this::write);
            List<Problem> rest = problems.subList(shown, problems.size());
            if (!rest.isEmpty()) {
                try (var _ = html.open("details", "id", "more-problems")) {
                    html.element("summary", Amounts.count(rest.size(), "more problem", "more problems"));
                    rest.forEach(this::write);
                }
            }
        }
    }

    private void write(Problem problem) {
        FindingGroup cause = problem.cause();
        String id = id(cause);
        try (var _ = html.open("article", "class", "problem " + Badge.style(cause.status()), "aria-labelledby", id)) {
            List<String> seen = cause.seen();
            try (var _ = html.open("h3", "id", id)) {
                Badge.write(html, cause.status());
                html.text(" ")
                        .sentence(seen.isEmpty() ? cause.check() : seen.getFirst())
                        .text(" ")
                        .element("span", "check " + cause.check(), "class", "source");
            }
            lines(seen.stream().skip(1).toList());
            try (var _ = html.open("dl")) {
                if (!cause.why().isEmpty()) {
                    entry("Why it matters", List.of(cause.why()));
                }
                entry("Who is hit", holders.hitBy(cause));
                steps(cause.actions());
                entry(
                        "Limit",
                        cause.limits().stream()
                                .filter(limit -> !limit.equals("none"))
                                .toList());
                entry("Board", BoardIdentity.lines(cause, report));
            }
            proof(cause, id);
            effects(problem, id);
        }
    }

    /** The same at the next refresh although figures have changed, so that what is unfolded stays so. */
    private String id(FindingGroup group) {
        String id = "p-" + group.check() + "-"
                + Integer.toHexString(Objects.hash(group.subjects(), group.why(), group.actions()));
        while (!ids.add(id)) {
            id += "-more";
        }
        return id;
    }

    private void lines(List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        try (var _ = html.open("ul", "class", "plain")) {
            lines.stream().limit(LINES).forEach(line -> html.element("li", line));
            if (lines.size() > LINES) {
                html.element("li", "and " + (lines.size() - LINES) + " more");
            }
        }
    }

    private void entry(String name, List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        html.element("dt", name);
        try (var _ = html.open("dd")) {
            if (lines.size() == 1) {
                html.text(lines.getFirst());
            } else {
                lines(lines);
            }
        }
    }

    private void steps(List<String> actions) {
        if (actions.size() < 2) {
            entry("Do", actions);
            return;
        }
        html.element("dt", "Do");
        try (var _ = html.open("dd");
                var _ = html.open("ol")) {
            actions.forEach(step -> html.element("li", step));
        }
    }

    private void proof(FindingGroup cause, String id) {
        List<String> proofs = cause.proofs();
        if (proofs.isEmpty()) {
            return;
        }
        try (var _ = html.open("details", "id", id + "-proof")) {
            html.element("summary", "Proof: " + Amounts.count(proofs.size(), "reading", "readings"));
            try (var _ = html.open("div", "class", "proof")) {
                lines(proofs);
            }
        }
    }

    private void effects(Problem problem, String id) {
        if (problem.effects().isEmpty()) {
            return;
        }
        try (var _ = html.open("details", "id", id + "-effects")) {
            html.element(
                    "summary",
                    "Explains " + Amounts.count(problem.effects().size(), "other finding", "other findings") + ": "
                            + tally(problem.effects()) + " (" + checks(problem.effects()) + ")");
            try (var _ = html.open("ul", "class", "plain")) {
                for (FindingGroup effect : problem.effects()) {
                    try (var _ = html.open("li")) {
                        Badge.write(html, effect.status());
                        html.text(" ").element("span", effect.check(), "class", "check");
                        html.text(" " + String.join("; ", effect.seen()));
                    }
                }
            }
        }
    }

    private static String tally(List<FindingGroup> effects) {
        return Stream.of(Status.values())
                .sorted(Comparator.reverseOrder())
                .map(status -> {
                    long number = effects.stream()
                            .filter(effect -> effect.status() == status)
                            .count();
                    return number == 0 ? "" : number + " " + status.name().toLowerCase(Locale.ROOT);
                })
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(", "));
    }

    private static String checks(List<FindingGroup> effects) {
        Set<String> names = new LinkedHashSet<>();
        effects.forEach(effect -> names.add(effect.check()));
        return String.join(", ", names);
    }
}
