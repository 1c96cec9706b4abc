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
 * A report for a tired engineer: faults first, the cause before what it explains, each with why, whom it hits, what to
 * do and the proof; healthy checks folded; the verdict last.
 *
 * <p>One fault takes at most {@link #LINES} lines of 100 columns: proof is cut first, and what is cut says so.
 */
public final class TextReport {

    /** Columns of the text where nobody says otherwise. */
    public static final int WIDTH = 100;

    /** Lines for one fault: a small terminal. */
    static final int LINES = 24;

    private static final int PROOFS = 6;
    private static final int PROOFS_OF_MANY = 3;
    private static final int ONE_LINE = 80;

    private final Report report;
    private final ReportContext context;
    private final TextStyle style;
    private final List<Fault> faults;

    private TextReport(Report report, ReportContext context, TextStyle style) {
        this.report = report;
        this.context = context;
        this.style = style;
        this.faults = Fault.of(report);
    }

    /** The report in 100 columns of ASCII. */
    public static String render(Report report, ReportContext context, Palette palette) {
        return render(report, context, new TextStyle(palette, WIDTH, Glyphs.ASCII, false));
    }

    public static String render(Report report, ReportContext context, TextStyle style) {
        TextReport text = new TextReport(report, context, style);
        return style.quiet() ? text.faultLines() : text.whole();
    }

    /** The verdict for a caller that shows one short line: at most 80 characters. */
    public static String oneLine(Report report) {
        Status verdict = report.verdict();
        List<Fault> faults = Fault.of(report);
        // what is worst may be explained by something that is not as bad
        String worst = faults.stream()
                .filter(fault -> fault.status() == verdict)
                .findFirst()
                .or(() -> faults.stream().findFirst())
                .map(fault -> " " + fault.inOneLine())
                .orElseGet(() -> ": " + coverage(report));
        return Printable.cut(verdict + worst, ONE_LINE);
    }

    private String faultLines() {
        TextLines text = new TextLines(style);
        faults.forEach(fault -> text.paragraph(
                style.palette().paint(fault.status(), fault.status().name(), 0) + " ",
                fault.status().name().length() + 1,
                fault.inOneLine(),
                2));
        return text.text();
    }

    private String whole() {
        boolean one = faults.size() == 1 && !context.verbose();
        int proofs = faults.size() > 1 ? PROOFS_OF_MANY : PROOFS;
        TextLines text = write(proofs, false);
        while (one && text.count() > LINES && proofs > 1) {
            text = write(--proofs, false);
        }
        if (one && text.count() > LINES) {
            text = write(1, true);
        }
        return text.text();
    }

    /** @param dense whether the rest is folded into as few lines as it fits */
    private TextLines write(int proofs, boolean dense) {
        TextLines text = new TextLines(style);
        headline(text, Headline.parts(report, context.version()));
        Headline.banner(report.sample().source()).ifPresent(banner -> text.paragraph("", 0, banner, 2));
        context.warnings().forEach(warning -> text.paragraph("note: ", 6, warning, 6));
        text.gap();
        FaultText detail = new FaultText(report, proofs, context.verbose());
        faults.forEach(fault -> detail.write(fault, text));
        if (!dense) {
            text.gap();
        }
        if (faults.isEmpty() || context.verbose()) {
            healthy(text, detail);
        } else {
            folded(text, dense);
        }
        table(text);
        text.gap();
        text.paragraph(verdict() + ": ", report.verdict().name().length() + 2, tally(), 2);
        return text;
    }

    private String verdict() {
        return style.palette().paint(report.verdict(), report.verdict().name(), 0);
    }

    /** The parts in as few lines as they fit, broken between them. */
    private void headline(TextLines text, List<String> parts) {
        String line = style.glyphs().of(parts.getFirst());
        for (String part : parts.subList(1, parts.size())) {
            String next = style.glyphs().of(part);
            if (line.length() + 3 + next.length() <= style.width()) {
                line += "   " + next;
            } else {
                text.paragraph("", 0, line, 2);
                line = "  " + next;
            }
        }
        text.paragraph(line.startsWith("  ") ? "  " : "", line.startsWith("  ") ? 2 : 0, line, 2);
    }

    /** Nothing is wrong, or everything is wanted: a line for each check. */
    private void healthy(TextLines text, FaultText detail) {
        List<FindingGroup> groups = report.results().stream()
                .flatMap(result -> FindingGroup.of(result).stream())
                .toList();
        for (FindingGroup group : groups) {
            if (group.status() == Status.INFO) {
                String limit = group.limits().isEmpty() ? "" : " (limit: " + String.join("; ", group.limits()) + ")";
                String steps = group.actions().isEmpty() ? "" : "; to do: " + String.join("; ", group.actions());
                text.entry(Status.INFO, group.check(), String.join("; ", group.seen()) + limit + steps);
            }
        }
        for (CheckResult result : report.results()) {
            if (result.status() == Status.OK && !context.verbose()) {
                text.entry(Status.OK, result.id(), okSummary(result));
            }
        }
        if (context.verbose()) {
            groups.stream().filter(group -> group.status() == Status.OK).forEach(group -> detail.group(group, text));
        }
        byReason().forEach((reason, checks) -> {
            if (checks.size() == 1) {
                text.entry(Status.SKIPPED, checks.getFirst(), reason);
            } else {
                text.names(Status.SKIPPED, reason + ": " + String.join(", ", checks));
            }
        });
    }

    private static String okSummary(CheckResult result) {
        List<String> seen = FindingGroup.of(result).stream()
                .filter(group -> group.status() == Status.OK)
                .flatMap(group -> group.seen().stream())
                .toList();
        return seen.size() == 1 ? seen.getFirst() : result.summary();
    }

    /** Something is wrong: the rest by name. What lacks rights is told apart, since the reader can change that. */
    private void folded(TextLines text, boolean dense) {
        for (Status status : List.of(Status.INFO, Status.OK)) {
            List<String> names = named(status);
            if (!names.isEmpty()) {
                text.names(status, String.join(", ", names) + (status == Status.INFO ? " (-v)" : ""));
            }
        }
        List<CheckResult> skipped = report.skipped();
        List<String> lacking = ids(skipped.stream().filter(Rights::lacking));
        List<String> waiting = ids(skipped.stream().filter(result -> needsHistory(result) && !Rights.lacking(result)));
        List<String> others = ids(skipped.stream().filter(result -> !needsHistory(result) && !Rights.lacking(result)));
        skipped(text, "no permission: ", lacking, "");
        if (dense) {
            skipped(text, "", Stream.of(waiting, others).flatMap(List::stream).toList(), " (-v says why)");
        } else {
            skipped(text, "needs history, which gpudiag serve has: ", waiting, "");
            skipped(text, "", others, " (-v says why)");
        }
    }

    private static void skipped(TextLines text, String reason, List<String> names, String more) {
        if (!names.isEmpty()) {
            text.names(Status.SKIPPED, reason + String.join(", ", names) + more);
        }
    }

    /** Whether a check was skipped because one look is too little for it. */
    public static boolean needsHistory(CheckResult result) {
        return result.status() == Status.SKIPPED && result.summary().contains("history");
    }

    private List<String> named(Status status) {
        return ids(report.results().stream().filter(result -> result.status() == status));
    }

    private static List<String> ids(Stream<CheckResult> results) {
        return results.map(CheckResult::id).toList();
    }

    private Map<String, List<String>> byReason() {
        Map<String, List<String>> checks = new LinkedHashMap<>();
        for (CheckResult result : report.skipped()) {
            checks.computeIfAbsent(result.summary(), reason -> new ArrayList<>())
                    .add(result.id());
        }
        return checks;
    }

    /** With a fault its own lines show the GPUs that it is about. */
    private void table(TextLines text) {
        if (report.sample().gpus().isEmpty() || (!faults.isEmpty() && !context.verbose())) {
            return;
        }
        text.gap();
        List<String> lines = context.verbose()
                ? GpuTable.lines(report.sample().gpus(), style.width())
                : GpuTable.folded(report.sample().gpus(), style.width());
        lines.forEach(text::line);
    }

    private String tally() {
        String counts = Stream.of(
                        Status.CRITICAL, Status.WARNING, Status.UNKNOWN, Status.INFO, Status.OK, Status.SKIPPED)
                .filter(status -> !named(status).isEmpty())
                .map(status -> named(status).size() + " " + status.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        double seconds = context.elapsed().toMillis() / 1000.0;
        return counts + " - " + coverage(report) + String.format(Locale.ROOT, " (%.2f s)", seconds);
    }

    /** {@code 9 of 12 checks ran}, and how many of the others need more rights than the caller has. */
    static String coverage(Report report) {
        long lacking = report.skipped().stream().filter(Rights::lacking).count();
        return report.ran() + " of " + report.results().size() + " checks ran"
                + (lacking == 0 ? "" : ", " + lacking + (lacking == 1 ? " lacks" : " lack") + " rights");
    }
}
