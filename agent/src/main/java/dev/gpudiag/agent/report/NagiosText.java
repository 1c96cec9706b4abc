package dev.gpudiag.agent.report;

import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A report as the output of a Nagios plugin, described by {@code check-nagios.schema.json}: the verdict with performance
 * data in the first line, a line for each problem after it.
 */
public final class NagiosText {

    /** Nagios keeps 4 KiB of a plugin's output in its oldest versions. */
    private static final int FAULTS = 20;

    private static final int WIDTH = 150;

    private NagiosText() {}

    public static String of(Report report, ReportContext context) {
        List<Fault> faults = Fault.of(report);
        List<String> lines = new ArrayList<>();
        lines.add(word(report.verdict()) + " - " + first(report, faults) + " | " + performance(report, context));
        faults.stream().limit(FAULTS).forEach(fault -> lines.add(text(fault.status() + " " + fault.inOneLine())));
        if (faults.size() > FAULTS) {
            lines.add("and " + (faults.size() - FAULTS) + " more: gpudiag check");
        }
        return String.join("\n", lines) + "\n";
    }

    /** Nagios knows four words. */
    private static String word(Status verdict) {
        return verdict.isProblem() ? verdict.name() : "OK";
    }

    private static String first(Report report, List<Fault> faults) {
        if (faults.isEmpty()) {
            return TextReport.coverage(report);
        }
        String more = faults.size() > 1 ? " (and " + (faults.size() - 1) + " more)" : "";
        return text(faults.getFirst().inOneLine()) + more;
    }

    /** A bar would begin the performance data. */
    private static String text(String words) {
        return Printable.cut(words.replace('|', '/'), WIDTH);
    }

    private static String performance(Report report, ReportContext context) {
        int all = report.results().size();
        return String.format(
                Locale.ROOT,
                "checks_run=%d;;;0;%d critical=%d;;;0 warning=%d;;;0 unknown=%d;;;0 gpus=%d;;;0 time=%.3fs;;;0",
                report.ran(),
                all,
                count(report, Status.CRITICAL),
                count(report, Status.WARNING),
                count(report, Status.UNKNOWN),
                report.sample().gpus().size(),
                context.elapsed().toMillis() / 1000.0);
    }

    private static long count(Report report, Status status) {
        return report.results().stream()
                .filter(result -> result.status() == status)
                .count();
    }
}
