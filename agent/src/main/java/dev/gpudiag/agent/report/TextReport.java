package dev.gpudiag.agent.report;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A report for a tired engineer: problems first, each with why, what to do and the proof; the cause before what it
 * explains; one line for each healthy check; the verdict last.
 *
 * <p>Printable ASCII, at most 100 columns.
 */
public final class TextReport {

    /** Columns of the text. */
    public static final int WIDTH = 100;

    private static final int PROOFS = 6;
    private static final int ONE_LINE = 80;

    private final Palette palette;
    private final StringBuilder text = new StringBuilder();

    private TextReport(Palette palette) {
        this.palette = palette;
    }

    public static String render(Report report, ReportContext context, Palette palette) {
        return new TextReport(palette).write(report, context);
    }

    /** The verdict for a caller that shows one short line: at most 80 characters. */
    public static String oneLine(Report report) {
        Status verdict = report.verdict();
        String worst = report.results().stream()
                .filter(result -> verdict.isProblem() && result.status() == verdict)
                .findFirst()
                .map(result -> " " + result.id() + ": " + result.summary())
                .orElseGet(() -> ": " + coverage(report));
        return Printable.cut(verdict + worst, ONE_LINE);
    }

    private String write(Report report, ReportContext context) {
        headline(Headline.parts(report, context.version()));
        Headline.banner(report.sample().source()).ifPresent(banner -> paragraph("", banner, "  "));
        context.warnings().forEach(warning -> paragraph("note: ", warning, "      "));
        gap();
        List<FindingGroup> groups = report.results().stream()
                .flatMap(result -> FindingGroup.of(result).stream())
                .toList();
        problems(report, context.verbose());
        healthy(report, groups, context.verbose());
        skipped(report);
        if (!report.sample().gpus().isEmpty()) {
            gap();
            GpuTable.lines(report.sample().gpus(), WIDTH).forEach(this::line);
        }
        gap();
        line(palette.paint(report.verdict(), report.verdict().name(), 0) + ": " + tally(report, context));
        return text.toString();
    }

    /** The parts in as few lines as they fit, broken between them. */
    private void headline(List<String> parts) {
        String line = Printable.ascii(parts.getFirst());
        for (String part : parts.subList(1, parts.size())) {
            String next = Printable.ascii(part);
            if (line.length() + 3 + next.length() <= WIDTH - 2) {
                line += "   " + next;
            } else {
                paragraph("", line, "  ");
                line = "  " + next;
            }
        }
        paragraph(line.startsWith("  ") ? "  " : "", line, "  ");
    }

    private void problems(Report report, boolean verbose) {
        List<Problem> problems = Problem.of(report);
        problems.forEach(problem -> expanded(problem.cause(), BoardIdentity.lines(problem.cause(), report), verbose));
        explained(
                problems.stream().flatMap(problem -> problem.effects().stream()).toList());
        if (!problems.isEmpty()) {
            gap();
        }
    }

    private void expanded(FindingGroup group, List<String> boards, boolean verbose) {
        List<String> seen = group.seen();
        entry(group.status(), group.check(), seen.getFirst());
        seen.stream().skip(1).forEach(other -> paragraph(" ".repeat(32), other, " ".repeat(34)));
        group.limits().forEach(limit -> detail("limit", limit));
        if (!group.why().isEmpty()) {
            detail("why", group.why());
        }
        for (int i = 0; i < group.actions().size(); i++) {
            String number = group.actions().size() == 1 ? "" : i + 1 + ". ";
            detail(i == 0 ? "do" : "", number + group.actions().get(i));
        }
        for (int i = 0; i < boards.size(); i++) {
            detail(i == 0 ? "board" : "", boards.get(i));
        }
        List<String> proofs = group.proofs();
        int room = PROOFS - boards.size();
        int shown = verbose || proofs.size() <= room ? proofs.size() : room;
        for (int i = 0; i < shown; i++) {
            detail(i == 0 ? "proof" : "", proofs.get(i));
        }
        if (shown < proofs.size()) {
            detail("", "and " + (proofs.size() - shown) + " more (-v shows all)");
        }
    }

    /** One line for all checks that say the same of the same subjects because of one cause. */
    private void explained(List<FindingGroup> effectsOfAll) {
        record Effect(String cause, Status status, String subjects) {}
        Map<Effect, List<String>> effects = new LinkedHashMap<>();
        for (FindingGroup group : effectsOfAll) {
            group.causedBy()
                    .ifPresent(cause -> effects.computeIfAbsent(
                                    new Effect(cause, group.status(), group.subjects()), key -> new ArrayList<>())
                            .add(group.check()));
        }
        effects.forEach((effect, checks) -> {
            String subjects = effect.subjects().isEmpty() ? "" : " (" + effect.subjects() + ")";
            String names = checks.stream().distinct().collect(Collectors.joining(", "));
            paragraph(status(effect.status()), "explained by " + effect.cause() + ": " + names + subjects, 12);
        });
    }

    private void healthy(Report report, List<FindingGroup> groups, boolean verbose) {
        for (FindingGroup group : groups) {
            if (group.status() == Status.INFO) {
                group.seen().forEach(seen -> entry(Status.INFO, group.check(), seen));
                group.limits().forEach(limit -> detail("limit", limit));
                if (!group.actions().isEmpty()) {
                    detail("do", String.join("; ", group.actions()));
                }
            }
        }
        for (CheckResult result : report.results()) {
            if (result.status() == Status.OK && !verbose) {
                entry(Status.OK, result.id(), okSummary(result));
            }
        }
        if (verbose) {
            groups.stream()
                    .filter(group -> group.status() == Status.OK)
                    .forEach(group -> expanded(group, List.of(), true));
        }
    }

    private static String okSummary(CheckResult result) {
        List<String> seen = FindingGroup.of(result).stream()
                .filter(group -> group.status() == Status.OK)
                .flatMap(group -> group.seen().stream())
                .toList();
        return seen.size() == 1 ? seen.getFirst() : result.summary();
    }

    private void skipped(Report report) {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        for (CheckResult result : report.skipped()) {
            byReason.computeIfAbsent(result.summary(), key -> new ArrayList<>()).add(result.id());
        }
        byReason.forEach((reason, checks) -> {
            if (checks.size() == 1) {
                entry(Status.SKIPPED, checks.getFirst(), reason);
            } else {
                paragraph(status(Status.SKIPPED), reason + ": " + String.join(", ", checks), 12);
            }
        });
    }

    private static String tally(Report report, ReportContext context) {
        String counts = Stream.of(
                        Status.CRITICAL, Status.WARNING, Status.UNKNOWN, Status.INFO, Status.OK, Status.SKIPPED)
                .filter(status -> count(report, status) > 0)
                .map(status -> count(report, status) + " " + status.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        double seconds = context.elapsed().toMillis() / 1000.0;
        return counts + " - " + coverage(report) + String.format(Locale.ROOT, " (%.2f s)", seconds);
    }

    private static String coverage(Report report) {
        return report.ran() + " of " + report.results().size() + " checks ran";
    }

    private static long count(Report report, Status status) {
        return report.results().stream()
                .filter(result -> result.status() == status)
                .count();
    }

    private void entry(Status status, String check, String seen) {
        String name = Printable.ascii(check);
        paragraph(status(status) + name + " ".repeat(Math.max(1, 20 - name.length())), seen, 32);
    }

    private String status(Status status) {
        return "  " + palette.paint(status, status.name(), 10);
    }

    private void detail(String label, String value) {
        paragraph(" ".repeat(12) + String.format("%-8s", label), value, " ".repeat(20));
    }

    private void paragraph(String lead, String words, int indent) {
        List<String> lines = Printable.wrap(words, WIDTH - indent);
        line(lead + lines.getFirst());
        lines.stream().skip(1).forEach(rest -> line(" ".repeat(indent) + rest));
    }

    private void paragraph(String lead, String words, String indent) {
        List<String> lines = Printable.wrap(words, WIDTH - Math.max(lead.length(), indent.length()));
        line(lead + lines.getFirst());
        lines.stream().skip(1).forEach(rest -> line(indent + rest));
    }

    /** An empty line, but never two. */
    private void gap() {
        if (!text.isEmpty() && !text.toString().endsWith("\n\n")) {
            line("");
        }
    }

    private void line(String content) {
        text.append(content.stripTrailing()).append('\n');
    }
}
