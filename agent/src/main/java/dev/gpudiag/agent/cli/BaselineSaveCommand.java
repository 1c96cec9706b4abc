package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.state.BaselineStore;
import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.baseline.BaselineFacts;
import dev.gpudiag.telemetry.NodeSample;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gpudiag baseline save}: keeps what the node has now. */
@Command(
        name = "save",
        description = "Save GPUs, links, PCIe, firmware and driver of this node as they are now.",
        footer = {
            "",
            "A node with something CRITICAL is not saved without --force.",
            "Exit codes: 0 saved, 2 not saved because the node is not well, 3 no GPU is listed,",
            "            78 a file that cannot be written."
        })
final class BaselineSaveCommand implements Callable<Integer> {

    private final CommandContext context;

    @Mixin
    private SourceFlags source;

    @Mixin
    private SettingFlags settings;

    @Mixin
    private TimeoutFlag timeout;

    @Option(names = "--file", paramLabel = "FILE", description = "Save here (default: in the state directory).")
    private Path file;

    @Option(names = "--force", description = "Save although something is CRITICAL.")
    private boolean force;

    BaselineSaveCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException {
        var limit = timeout.value();
        SourceOptions options = source.options(context);
        var configured = settings.inForce(context, options);
        BaselineStore store = BaselineCommand.store(file, options, configured.settings());
        try (NodeSource node = context.sources().open(options, configured.settings())) {
            NodeSample sample = node.sample(context.stopwatch().remaining(limit));
            if (sample.gpus().isEmpty()) {
                context.console().complain("not saved: no GPU is listed");
                return Status.UNKNOWN.exitCode();
            }
            Optional<CheckResult> problem = problem(sample, node, configured.settings());
            if (problem.isPresent() && !force) {
                context.console()
                        .complain("not saved, since the node is not well: "
                                + problem.get().id() + ": " + problem.get().summary() + "\n--force saves it as it is");
                return Status.CRITICAL.exitCode();
            }
            return save(store, BaselineFacts.of(sample));
        }
    }

    /** What is CRITICAL now, by all checks but the one that compares with the baseline that is about to be replaced. */
    private Optional<CheckResult> problem(NodeSample sample, NodeSource node, Settings inForce) {
        List<Check> checks = context.checks().stream()
                .filter(check -> !check.spec().id().equals("baseline"))
                .toList();
        Report report = new CheckRunner(checks).run(new Evidence(sample, node.history(), inForce, Optional.empty()));
        return report.results().stream()
                .filter(result -> result.status() == Status.CRITICAL)
                .findFirst();
    }

    private int save(BaselineStore store, Baseline baseline) throws UnusableFileException {
        BaselineStore.Saved saved = store.save(baseline);
        if (!saved.successful()) {
            throw new UnusableFileException("baseline not saved: " + String.join("\n", saved.messages()));
        }
        saved.messages().forEach(context.console()::complain);
        int facts = baseline.node().size()
                + baseline.members().stream()
                        .mapToInt(gpu -> gpu.facts().size())
                        .sum();
        context.console()
                .out()
                .println("saved " + baseline.members().size() + " GPUs with " + facts + " facts to " + store.file());
        return ExitCodes.OK;
    }
}
