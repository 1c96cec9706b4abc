package dev.gpudiag.agent.cli;

import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.telemetry.NodeSample;
import java.io.IOException;
import java.util.EnumSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gpudiag snapshot}: everything that can be read, on standard output. */
@Command(
        name = "snapshot",
        description = "Write everything that can be read, with return codes, to standard output; --replay reads it.",
        footer = {"", "Examples:   gpudiag snapshot > node.json", "            gpudiag check --replay node.json"})
final class SnapshotCommand implements Callable<Integer> {

    private final CommandContext context;

    @Mixin
    private SourceFlags source;

    @Mixin
    private TimeoutFlag timeout;

    SnapshotCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException, IOException {
        var limit = timeout.value();
        try (NodeSource node =
                context.sources().open(source.options(context), Settings.defaults(), EnumSet.allOf(Need.class))) {
            NodeSample sample = node.sample(context.stopwatch().remaining(limit));
            context.snapshots().write(sample, context.console().out());
            node.warnings().forEach(context.console()::complain);
        }
        return ExitCodes.OK;
    }
}
