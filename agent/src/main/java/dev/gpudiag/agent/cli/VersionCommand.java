package dev.gpudiag.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code gpudiag version}. */
@Command(name = "version", description = "Show the versions of gpudiag and of the Java that runs it.")
final class VersionCommand implements Callable<Integer> {

    private final CommandContext context;

    VersionCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Product product = context.product();
        context.console().out().println("gpudiag " + product.version());
        context.console().out().println("build   " + product.revision());
        context.console().out().println("java    " + product.java());
        return ExitCodes.OK;
    }
}
