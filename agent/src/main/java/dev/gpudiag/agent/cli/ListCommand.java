package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.report.CheckList;
import dev.gpudiag.agent.report.JsonText;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gpudiag list}: the checks and their settings. */
@Command(
        name = "list",
        description = "Show all checks, what they need, and their settings.",
        footer = {"", "Examples:   gpudiag list", "            gpudiag list --json"})
final class ListCommand implements Callable<Integer> {

    private final CommandContext context;

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    ListCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (json) {
            context.console().out().println(JsonText.of(CheckList.json(context.checks())));
        } else {
            context.console().out().print(CheckList.text(context.checks()));
        }
        return ExitCodes.OK;
    }
}
