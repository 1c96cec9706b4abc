package dev.gpudiag.agent.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.report.JsonText;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gpudiag version}. */
@Command(
        name = "version",
        description = "Show the versions of gpudiag and of the Java that runs it.",
        footer = {"", "Examples:   gpudiag version", "            gpudiag version --json"})
final class VersionCommand implements Callable<Integer> {

    private final CommandContext context;

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    VersionCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Product product = context.product();
        if (json) {
            ObjectNode document = JsonNodeFactory.instance
                    .objectNode()
                    .put("schema_version", 1)
                    .put("version", product.version())
                    .put("revision", product.revision())
                    .put("java", product.java());
            context.console().out().println(JsonText.of(document));
            return ExitCodes.OK;
        }
        context.console().out().println("gpudiag " + product.version());
        context.console().out().println("build   " + product.revision());
        context.console().out().println("java    " + product.java());
        return ExitCodes.OK;
    }
}
