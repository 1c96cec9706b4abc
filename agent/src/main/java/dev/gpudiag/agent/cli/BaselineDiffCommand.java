package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.report.BaselineReport;
import dev.gpudiag.agent.report.JsonText;
import dev.gpudiag.agent.state.BaselineStore;
import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.baseline.Comparison;
import dev.gpudiag.telemetry.NodeSample;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gpudiag baseline diff}: what changed since the baseline was saved. */
@Command(
        name = "diff",
        description = "Say what changed since the baseline was saved.",
        footer = {
            "",
            "Exit codes: 0 nothing, or only what looks intended; 1 something is less than it was;",
            "            2 a GPU, link or switch is gone; 3 something cannot be read now;",
            "            64 no baseline, 78 one that cannot be used."
        })
final class BaselineDiffCommand implements Callable<Integer> {

    private final CommandContext context;

    @Mixin
    private SourceFlags source;

    @Mixin
    private SettingFlags settings;

    @Mixin
    private TimeoutFlag timeout;

    @Option(names = "--file", paramLabel = "FILE", description = "The baseline (default: of the state directory).")
    private Path file;

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    BaselineDiffCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException {
        var limit = timeout.value();
        SourceOptions options = source.options(context);
        var configured = settings.inForce(context, options);
        BaselineStore store = BaselineCommand.store(file, options, configured.settings());
        Baseline baseline = load(store);
        try (NodeSource node = context.sources().open(options, configured.settings())) {
            NodeSample sample = node.sample(context.stopwatch().remaining(limit));
            Comparison comparison = Comparison.of(baseline, sample);
            BaselineReport report = new BaselineReport(store.file().toString(), baseline, sample, comparison);
            if (json) {
                context.console().out().println(JsonText.of(report.json()));
            } else {
                context.console().out().print(report.text());
            }
            return comparison.status().exitCode();
        }
    }

    private static Baseline load(BaselineStore store) throws UsageException, UnusableFileException {
        BaselineStore.Loaded loaded = store.load();
        if (loaded.warning().isPresent()) {
            throw new UnusableFileException(loaded.warning().get());
        }
        if (loaded.baseline().isEmpty()) {
            throw new UsageException(
                    "no baseline at " + store.file() + "\nwhile the node is well, run gpudiag baseline save");
        }
        return loaded.baseline().get();
    }
}
