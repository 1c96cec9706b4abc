package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.report.JsonReport;
import dev.gpudiag.agent.report.JsonText;
import dev.gpudiag.agent.report.Palette;
import dev.gpudiag.agent.report.ReportContext;
import dev.gpudiag.agent.report.TextReport;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Report;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gpudiag check}: one sample, all checks, a verdict. */
@Command(
        name = "check",
        description = "Say what is wrong with this node's GPUs, why, and what to do.",
        footer = {
            "",
            "Exit codes: 0 nothing wrong, 1 warning, 2 critical, 3 not known;",
            "            64 wrong usage, 70 a bug, 78 a file that cannot be used."
        })
final class CheckCommand implements Callable<Integer> {

    private final CommandContext context;

    @Parameters(paramLabel = "CHECK", description = "Run only these checks (default: all; see gpudiag list).")
    private List<String> only = List.of();

    @Mixin
    private SourceFlags source;

    @Mixin
    private SettingFlags settings;

    @Mixin
    private TimeoutFlag timeout;

    @Option(
            names = "--gpu",
            paramLabel = "INDEX|UUID|BDF",
            description = "Show only what is about this GPU and the node; may be repeated.")
    private List<String> gpus = List.of();

    @Option(names = "--skip", paramLabel = "CHECK", description = "Do not run this check; may be repeated.")
    private List<String> skip = List.of();

    @Option(names = "--strict", description = "What cannot be seen for lack of rights is UNKNOWN, not SKIPPED.")
    private boolean strict;

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    @Option(
            names = "--exit-style",
            paramLabel = "STYLE",
            defaultValue = "severity",
            description = "severity: as below; npd: 0, 1, 2 and one line, for node-problem-detector; zero: always 0.")
    private ExitStyle exitStyle;

    @Option(names = "--no-color", description = "No colour, even on a terminal.")
    private boolean noColor;

    @Option(names = "-v", description = "Show everything that was found.")
    private boolean verbose;

    CheckCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException {
        Duration limit = timeout.value();
        CheckSelection asked = CheckSelection.of(context.checks(), only, skip);
        SourceOptions options = source.options(context);
        SettingsSource.Configured configured = settings.inForce(context, options);
        CheckSelection checks = asked.without(configured.skippedChecks());
        try (NodeSource node =
                context.sources().open(options, configured.settings(), checks.needs(configured.settings()))) {
            Evidence evidence = new Evidence(
                            node.sample(context.stopwatch().remaining(limit)),
                            node.history(),
                            configured.settings(),
                            node.baseline())
                    .withKernelLog(node.kernelLog())
                    .withGrowth(node.growth());
            Report report = new GpuSelection(gpus).narrow(checks.run(evidence));
            return print(strict ? Strictness.apply(report) : report, limit, node.warnings());
        }
    }

    private int print(Report report, Duration limit, List<String> warnings) {
        int exitCode = exitStyle.exitCode(report.verdict());
        ReportContext around = new ReportContext(
                context.product().version(), context.stopwatch().elapsed(limit), warnings, exitCode, verbose);
        if (json) {
            context.console().out().println(JsonText.of(JsonReport.of(report, around)));
        } else if (exitStyle == ExitStyle.NPD) {
            context.console().out().println(TextReport.oneLine(report));
        } else {
            Palette palette = context.console().colour() && !noColor ? Palette.ANSI : Palette.PLAIN;
            context.console().out().print(TextReport.render(report, around, palette));
        }
        return exitCode;
    }
}
