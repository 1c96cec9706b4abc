package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.report.ReportContext;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Report;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
            "            64 wrong usage, 70 a bug, 78 a file that cannot be used.",
            "Examples:   gpudiag check ecc xid --gpu 3",
            "            gpudiag check --format nagios --fail-on critical",
            "            gpudiag check --simulate gpu-lost"
        })
final class CheckCommand implements Callable<Integer> {

    private final CommandContext context;

    @Parameters(paramLabel = "CHECK", description = "Run only these checks (default: all; see gpudiag list).")
    private List<String> named = List.of();

    @Option(names = "--only", paramLabel = "CHECK", split = ",", description = "The same, by commas or repeated.")
    private List<String> only = List.of();

    @Option(names = "--skip", paramLabel = "CHECK", split = ",", description = "Do not run these checks.")
    private List<String> skip = List.of();

    @Option(
            names = "--gpu",
            paramLabel = "GPU",
            split = ",",
            description = "Show only what is about this GPU and the node: index, UUID, PCI address, or a MIG device"
                    + " by UUID or as GPU:INDEX.")
    private List<String> gpus = List.of();

    @Mixin
    private SourceFlags source;

    @Mixin
    private SettingFlags settings;

    @Mixin
    private AnswerFlags answer;

    @Option(names = "--strict", description = "What cannot be seen for lack of rights is UNKNOWN, not SKIPPED.")
    private boolean strict;

    CheckCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException {
        Duration limit = answer.timeout();
        answer.validate(context);
        List<String> asked = Stream.concat(named.stream(), only.stream()).toList();
        CheckSelection selection = CheckSelection.of(context.checks(), asked, skip);
        SourceOptions options = source.options(context);
        SettingsSource.Configured configured = settings.inForce(context, options);
        CheckSelection checks = selection.without(configured.skippedChecks());
        try (NodeSource node =
                context.sources().open(options, configured.settings(), checks.needs(configured.settings()))) {
            Report report = new GpuSelection(gpus).narrow(checks.run(evidence(node, configured, limit)));
            Report judged = strict ? Strictness.apply(report) : report;
            int exitCode = answer.exitCode(judged.verdict());
            ReportContext around = new ReportContext(
                    context.product().version(),
                    context.stopwatch().elapsed(limit),
                    node.warnings(),
                    exitCode,
                    answer.verbose());
            context.console().out().print(answer.text(context, judged, around));
            return exitCode;
        }
    }

    private Evidence evidence(NodeSource node, SettingsSource.Configured configured, Duration limit) {
        Duration left = context.stopwatch().remaining(limit);
        try (Waiting waiting = Waiting.of(context, left)) {
            return new Evidence(node.sample(left), node.history(), configured.settings(), node.baseline())
                    .withKernelLog(node.kernelLog())
                    .withGrowth(node.growth());
        }
    }
}
