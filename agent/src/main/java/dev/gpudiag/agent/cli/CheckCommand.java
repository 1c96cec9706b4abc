package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.report.ReportContext;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Report;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
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
            "            gpudiag check --host gpu-node-17:9836",
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

    @Mixin
    private WatchFlags watch;

    @Mixin
    private AgentFlags agent;

    @Option(names = "--strict", description = "What cannot be seen for lack of rights is UNKNOWN, not SKIPPED.")
    private boolean strict;

    CheckCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException, InterruptedException {
        answer.validate(context);
        List<String> asked = Stream.concat(named.stream(), only.stream()).toList();
        CheckSelection selection = CheckSelection.of(context.checks(), asked, skip);
        if (agent.given()) {
            return remote(selection);
        }
        SourceOptions options = source.options(context);
        SettingsSource.Configured configured = settings.inForce(context, options);
        CheckSelection checks = selection.without(configured.skippedChecks());
        Optional<Duration> interval = watch.interval(options);
        try (NodeSource node =
                context.sources().open(options, configured.settings(), checks.needs(configured.settings()))) {
            if (interval.isPresent()) {
                return watch(node, checks, configured, interval.get());
            }
            Evidence evidence = evidence(context, node, new WatchedPast(node.history(), node.growth()), configured);
            AgentHistory.Completed known = completed(checks.run(evidence), options, configured);
            JudgedRound round = judge(context, node, known.report(), known.note());
            context.console().out().print(answer.text(context, round.report(), round.around()));
            return round.around().exitCode();
        }
    }

    private int remote(CheckSelection selection) throws UsageException, InterruptedException {
        List<String> local = Stream.of(source.given(), settings.given(), watch.given())
                .flatMap(List::stream)
                .toList();
        if (!local.isEmpty()) {
            throw new UsageException(
                    String.join(", ", local) + " is about a check that is made here: leave out --host and --socket");
        }
        return new RemoteCheck(context, agent, answer).run(selection, this::narrowed);
    }

    private int watch(NodeSource node, CheckSelection checks, SettingsSource.Configured configured, Duration interval)
            throws UsageException, InterruptedException {
        WatchedPast past = WatchedPast.of(node);
        AtomicBoolean begun = new AtomicBoolean();
        CommandContext silent = context.with("GPUDIAG_PROGRESS", "");
        return new WatchedCheck(context, answer, interval).run(() -> {
            CommandContext round = silent.again();
            Evidence evidence = evidence(round, node, past, configured);
            past.add(evidence.sample());
            if (!begun.getAndSet(true)) {
                node.goOn(); // from where a simulation's past ends
            }
            return judge(round, node, checks.run(evidence), Optional.empty());
        });
    }

    private Evidence evidence(
            CommandContext round, NodeSource node, WatchedPast past, SettingsSource.Configured configured)
            throws UsageException {
        Duration left = round.stopwatch().remaining(answer.timeout());
        try (Waiting _ = Waiting.of(round, left)) {
            return new Evidence(node.sample(left), past.history(), configured.settings(), node.baseline())
                    .withKernelLog(node.kernelLog())
                    .withGrowth(past.growth());
        }
    }

    /** With the agent's results where one look lacks a history, unless settings of this call alone are in force. */
    private AgentHistory.Completed completed(Report report, SourceOptions options, SettingsSource.Configured configured)
            throws InterruptedException {
        Optional<AgentHistory> past =
                settings.given().isEmpty() ? AgentHistory.of(options, configured.settings()) : Optional.empty();
        return past.isPresent() ? past.get().complete(report) : new AgentHistory.Completed(report, Optional.empty());
    }

    private JudgedRound judge(CommandContext round, NodeSource node, Report report, Optional<String> note)
            throws UsageException {
        Report judged = narrowed(report);
        ReportContext around = new ReportContext(
                context.product().version(),
                round.stopwatch().elapsed(answer.timeout()),
                Stream.concat(node.warnings().stream(), note.stream()).toList(),
                answer.exitCode(judged.verdict()),
                answer.verbose());
        return new JudgedRound(judged, around);
    }

    private Report narrowed(Report report) throws UsageException {
        Report narrowed = new GpuSelection(gpus).narrow(report);
        return strict ? Strictness.apply(narrowed) : narrowed;
    }
}
