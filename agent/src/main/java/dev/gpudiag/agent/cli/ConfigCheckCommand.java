package dev.gpudiag.agent.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gpudiag config check}: whether a configuration can be used. */
@Command(
        name = "check",
        description = "Check a configuration file and the environment; every error at once, with its line.",
        footer = {"", "Exit codes: 0 it can be used, 64 there is no such file, 78 it cannot be used."})
final class ConfigCheckCommand implements Callable<Integer> {

    private final CommandContext context;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "The file (default: --config, else /etc/gpudiag/gpudiag.yaml where it is there).")
    private String name;

    @Mixin
    private SettingFlags settings;

    ConfigCheckCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException {
        Optional<Path> file =
                name == null ? settings.file() : Optional.of(SourceFlags.existingFile("config check", name));
        SettingsSource.Configured configured = settings.inForce(context, file);
        String what = configured.file().map(Path::toString).orElse("no configuration file: the defaults");
        int set = configured.origins().size();
        context.console()
                .out()
                .println(what + (set == 1 ? ": fine, 1 setting changed" : ": fine, " + set + " settings changed"));
        return ExitCodes.OK;
    }
}
