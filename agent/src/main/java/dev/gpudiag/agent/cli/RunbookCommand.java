package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gpudiag.agent.runbook.Runbook;
import dev.gpudiag.checks.Report;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gpudiag runbook}: what to do on this node when its GPUs or their services fail. */
@Command(
        name = "runbook",
        description =
                "Write this node's runbook in Markdown: overview, health commands, failures and their fix, escalation.",
        footer = {
            "",
            "Examples:   gpudiag runbook | less",
            "            gpudiag runbook --output node-17.md",
            "Exit codes: 0 written, whatever the state of the node; 64 wrong usage, 78 a file that cannot be used."
        })
final class RunbookCommand implements Callable<Integer> {

    private final CommandContext context;

    @Mixin
    private SourceFlags source;

    @Mixin
    private SettingFlags settings;

    @Mixin
    private TimeoutFlag timeout;

    @Option(names = "--output", paramLabel = "FILE", description = "Write to this file, which must not be there yet.")
    private String output;

    @Option(names = "--force", description = "Write over the file.")
    private boolean force;

    RunbookCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException {
        String text = Runbook.of(report(), context.checks(), context.product().version());
        if (output == null) {
            context.console().out().print(text);
        } else {
            write(text);
        }
        return ExitCodes.OK;
    }

    private Report report() throws UsageException, UnusableFileException {
        var limit = timeout.value();
        SourceOptions options = source.options(context);
        SettingsSource.Configured configured = settings.inForce(context, options);
        CheckSelection checks = CheckSelection.all(context.checks()).without(configured.skippedChecks());
        try (NodeSource node =
                context.sources().open(options, configured.settings(), checks.needs(configured.settings()))) {
            Report report =
                    checks.run(node.evidence(node.sample(context.stopwatch().remaining(limit)), configured.settings()));
            node.warnings().forEach(context.console()::complain);
            return report;
        }
    }

    private void write(String text) throws UsageException, UnusableFileException {
        OpenOption[] how = force
                ? new OpenOption[] {
                    StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE
                }
                : new OpenOption[] {StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE};
        try {
            Files.writeString(Path.of(output), text, UTF_8, how);
        } catch (FileAlreadyExistsException e) {
            throw new UsageException(output + " is there already; --force writes over it");
        } catch (InvalidPathException | IOException e) {
            throw new UnusableFileException("cannot write " + output + ": " + e.getMessage());
        }
        context.console().err().println("written to " + output);
    }
}
