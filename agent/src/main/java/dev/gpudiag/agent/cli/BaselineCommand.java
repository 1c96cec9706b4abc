package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.AgentSettings;
import dev.gpudiag.agent.state.BaselineStore;
import dev.gpudiag.checks.Settings;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code gpudiag baseline}: keeps what the node has while it is well, and says what changed. */
@Command(
        name = "baseline",
        description = "Keep what this node has while it is well, and say what changed since.",
        synopsisSubcommandLabel = "(save | diff)",
        footer = {"", "Examples:   gpudiag baseline save", "            gpudiag baseline diff"})
final class BaselineCommand {

    private BaselineCommand() {}

    static CommandLine line(CommandContext context) {
        return new CommandLine(new BaselineCommand())
                .addSubcommand(new CommandLine(new BaselineSaveCommand(context)))
                .addSubcommand(new CommandLine(new BaselineDiffCommand(context)));
    }

    /** Where the baseline is: in a file that was named, or in the state directory, which is about this machine only. */
    static BaselineStore store(Path file, SourceOptions source, Settings settings) throws UsageException {
        if (file != null) {
            return BaselineStore.inFile(file);
        }
        if (!(source instanceof SourceOptions.Live)) {
            throw new UsageException("name the baseline: --file FILE; the saved one is about this machine");
        }
        return settings.get(AgentSettings.STATE_DIRECTORY)
                .map(BaselineStore::new)
                .orElseThrow(
                        () -> new UsageException("no state-directory is configured: name the baseline, --file FILE"));
    }
}
