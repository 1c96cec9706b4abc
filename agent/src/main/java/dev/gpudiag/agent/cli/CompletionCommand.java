package dev.gpudiag.agent.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gpudiag completion}: a script by which a shell completes commands, options, checks, scenarios and settings. */
@Command(
        name = "completion",
        description = "Print a script by which a shell completes commands, options, checks, scenarios, settings.",
        footer = {
            "",
            "Examples:   source <(gpudiag completion bash)",
            "            gpudiag completion bash > /etc/bash_completion.d/gpudiag",
            "            gpudiag completion fish > ~/.config/fish/completions/gpudiag.fish"
        })
final class CompletionCommand implements Callable<Integer> {

    /** A shell whose completion is known. */
    enum Shell {
        BASH,
        ZSH,
        FISH
    }

    private final CommandContext context;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    private Shell shell;

    CompletionCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        CommandSpec root = spec.root();
        new KnownValues(context).addTo(root);
        String script = switch (shell) {
            case BASH -> AutoComplete.bash(root.name(), root.commandLine());
            case ZSH -> "autoload -U +X compinit && compinit\n" + AutoComplete.bash(root.name(), root.commandLine());
            case FISH -> FishCompletion.of(root);
        };
        context.console().out().print(script);
        return ExitCodes.OK;
    }
}
