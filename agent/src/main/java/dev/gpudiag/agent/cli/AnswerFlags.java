package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.report.JsonLines;
import dev.gpudiag.agent.report.JsonReport;
import dev.gpudiag.agent.report.JsonText;
import dev.gpudiag.agent.report.NagiosText;
import dev.gpudiag.agent.report.Printable;
import dev.gpudiag.agent.report.ReportContext;
import dev.gpudiag.agent.report.TextReport;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** For whom the answer is, when it is due, and what the exit code says. The launcher reads some of it as well. */
final class AnswerFlags {

    /** node-problem-detector gives up after five seconds. */
    private static final String NPD_TIMEOUT = "4s";

    /** It cuts a message there. */
    private static final int NPD_LINE = 80;

    private static final String TIMEOUT = "10s";
    private static final Duration LOW = Duration.ofMillis(100);
    private static final Duration HIGH = Duration.ofHours(1);

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text, json, ndjson, nagios or npd (default: text).")
    private OutputFormat format;

    @Option(names = "--json", description = "The same as --format json.")
    private boolean json;

    @Option(
            names = "--exit-style",
            paramLabel = "STYLE",
            description = "severity: as below; npd: 0, 1 or 2 and one line, for node-problem-detector; zero: always 0.")
    private ExitStyle exitStyle;

    @Option(
            names = "--fail-on",
            paramLabel = "STATUS",
            defaultValue = "unknown",
            description = "Exit 0 below this: unknown, warning or critical (default: unknown).")
    private FailOn failOn;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "Answer within this time although the driver may hang (default: 10s; 4s for npd).")
    private String timeout;

    @Mixin
    private DisplayFlags display;

    @Option(
            names = {"-q", "--quiet"},
            description = "Only what is wrong, in one line each; nothing where nothing is.")
    private boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            description = "Everything that was found.")
    private boolean verbose;

    Duration timeout() throws UsageException {
        String text = timeout == null ? forNodeProblemDetector() ? NPD_TIMEOUT : TIMEOUT : timeout;
        return DurationOption.parse("--timeout", text, LOW, HIGH);
    }

    boolean verbose() {
        return verbose;
    }

    /** Says what is wrong with the flags before anything is sampled. */
    void validate(CommandContext context) throws UsageException {
        if (json && format != OutputFormat.TEXT && format != OutputFormat.JSON) {
            throw new UsageException(
                    "--json and --format " + format.name().toLowerCase(Locale.ROOT) + " exclude each other");
        }
        if (quiet && verbose) {
            throw new UsageException("-q and -v exclude each other");
        }
        timeout();
        display.style(context, quiet);
    }

    int exitCode(Status verdict) {
        ExitStyle style = exitStyle != null ? exitStyle : forNodeProblemDetector() ? ExitStyle.NPD : ExitStyle.SEVERITY;
        return style.exitCode(failOn.seen(verdict));
    }

    /** The report as it was asked for, with the end of its last line. */
    String text(CommandContext context, Report report, ReportContext around) throws UsageException {
        return switch (chosen()) {
            case TEXT -> TextReport.render(report, around, display.style(context, quiet));
            case JSON -> JsonText.of(JsonReport.of(report, around)) + "\n";
            case NDJSON -> JsonLines.of(report, around);
            case NAGIOS -> NagiosText.of(report, around);
            case NPD -> TextReport.oneLine(report) + "\n";
        };
    }

    /** Says why there is no report, where its reader looks: monitoring reads the first line of the output alone. */
    void complain(CommandContext context, String why) {
        switch (chosen()) {
            case TEXT, JSON, NDJSON -> context.console().complain(why);
            case NAGIOS -> context.console().out().println("UNKNOWN - " + Printable.ascii(why.replace('|', '/')));
            case NPD -> context.console().out().println(Printable.cut("UNKNOWN: " + why, NPD_LINE));
        }
    }

    /** Whether a person reads it. */
    boolean forPeople() {
        return chosen() == OutputFormat.TEXT;
    }

    private OutputFormat chosen() {
        if (json) {
            return OutputFormat.JSON;
        }
        return exitStyle == ExitStyle.NPD && format == OutputFormat.TEXT ? OutputFormat.NPD : format;
    }

    private boolean forNodeProblemDetector() {
        return format == OutputFormat.NPD || exitStyle == ExitStyle.NPD;
    }
}
