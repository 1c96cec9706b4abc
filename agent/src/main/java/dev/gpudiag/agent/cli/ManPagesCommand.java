package dev.gpudiag.agent.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gpudiag man-pages}: writes the manual pages of all commands; what puts the product together runs it. */
@Command(name = "man-pages", hidden = true, description = "Write the manual page of every command into a directory.")
final class ManPagesCommand implements Callable<Integer> {

    private final CommandContext context;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIRECTORY", description = "Where to; it exists.")
    private Path directory;

    ManPagesCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UnusableFileException {
        try {
            write(spec.root());
            return ExitCodes.OK;
        } catch (IOException e) {
            throw new UnusableFileException("cannot write " + e.getMessage());
        }
    }

    private void write(CommandSpec command) throws IOException {
        if (command.usageMessage().hidden()) {
            return;
        }
        Path file = directory.resolve(ManPage.name(command) + ".1");
        Files.writeString(file, ManPage.of(command, context.product().version()), StandardCharsets.US_ASCII);
        for (CommandLine sub : command.subcommands().values()) {
            write(sub.getCommandSpec());
        }
    }
}
