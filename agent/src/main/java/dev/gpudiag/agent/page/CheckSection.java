package dev.gpudiag.agent.page;

import dev.gpudiag.agent.report.FindingGroup;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What every check said, folded; what is worth knowing stands above it. */
final class CheckSection {

    /** Notes that are not folded. */
    private static final int NOTES = 5;

    private CheckSection() {}

    static void write(HtmlWriter html, Report report) {
        try (var _ = html.open("section", "aria-labelledby", "checks")) {
            html.element("h2", "Checks", "id", "checks");
            notes(html, report);
            if (!report.results().isEmpty()) {
                table(html, report);
            }
        }
    }

    private static void notes(HtmlWriter html, Report report) {
        List<FindingGroup> notes = report.results().stream()
                .flatMap(result -> FindingGroup.of(result).stream())
                .filter(group -> group.status() == Status.INFO)
                .toList();
        if (notes.isEmpty()) {
            return;
        }
        int shown = Math.min(NOTES, notes.size());
        notes(html, notes.subList(0, shown));
        if (shown < notes.size()) {
            try (var _ = html.open("details", "id", "more-notes")) {
                html.element("summary", notes.size() - shown + " more to know");
                notes(html, notes.subList(shown, notes.size()));
            }
        }
    }

    private static void notes(HtmlWriter html, List<FindingGroup> notes) {
        try (var _ = html.open("ul", "class", "plain")) {
            for (FindingGroup note : notes) {
                try (var _ = html.open("li")) {
                    note(html, note);
                }
            }
        }
    }

    private static void note(HtmlWriter html, FindingGroup note) {
        Badge.write(html, Status.INFO);
        html.text(" ").element("span", note.check(), "class", "check");
        html.text(" " + String.join("; ", note.seen()));
        if (!note.limits().isEmpty()) {
            html.text(" (limit: " + String.join("; ", note.limits()) + ")");
        }
        if (!note.actions().isEmpty()) {
            html.text(". Do: " + String.join("; ", note.actions()));
        }
    }

    private static void table(HtmlWriter html, Report report) {
        try (var _ = html.open("details", "id", "all-checks")) {
            html.element("summary", tally(report));
            try (var _ = html.open("table")) {
                html.element("caption", "What each check says", "class", "hidden");
                try (var _ = html.open("thead");
                        var _ = html.open("tr")) {
                    html.element("th", "Check", "scope", "col");
                    html.element("th", "Status", "scope", "col");
                    html.element("th", "Says", "scope", "col");
                }
                try (var _ = html.open("tbody")) {
                    report.results().stream()
                            .sorted(Comparator.comparing(CheckResult::status).reversed())
                            .forEach(result -> row(html, result));
                }
            }
        }
    }

    private static void row(HtmlWriter html, CheckResult result) {
        try (var _ = html.open("tr")) {
            html.element("th", result.id(), "scope", "row");
            try (var _ = html.open("td")) {
                Badge.write(html, result.status());
            }
            html.element("td", result.summary());
        }
    }

    private static String tally(Report report) {
        String counts = Stream.of(Status.values())
                .sorted(Comparator.reverseOrder())
                .filter(status -> count(report, status) > 0)
                .map(status -> count(report, status) + " " + status.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        return report.ran() + " of " + report.results().size() + " checks ran: " + counts;
    }

    private static long count(Report report, Status status) {
        return report.results().stream()
                .filter(result -> result.status() == status)
                .count();
    }
}
