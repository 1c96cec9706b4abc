package dev.gpudiag.agent.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code gpudiag config}: what is configured, and whether it can be used. */
@Command(
        name = "config",
        description = "Check a configuration, or show what is in force and where it comes from.",
        footer = {"", "Example:    gpudiag config check"})
final class ConfigCommand {

    private ConfigCommand() {}

    static CommandLine line(CommandContext context) {
        return new CommandLine(new ConfigCommand())
                .addSubcommand(new CommandLine(new ConfigCheckCommand(context)))
                .addSubcommand(new CommandLine(new ConfigShowCommand(context)));
    }
}
