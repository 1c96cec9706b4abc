package dev.gpudiag.agent.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.client.AgentAnswer;
import dev.gpudiag.agent.client.AgentException;
import dev.gpudiag.agent.report.AgentStatus;
import dev.gpudiag.agent.report.JsonText;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gpudiag status}: how the running agent is. */
@Command(
        name = "status",
        description =
                "How the agent (gpudiag serve) is: its verdict, its age, its driver, and what is wrong with itself.",
        footer = {
            "",
            "Examples:   gpudiag status",
            "            gpudiag status --host gpu-node-17:9836",
            "Exit codes: 0 it runs, whatever the verdict, 1 it runs with a problem of its own, 3 no agent answers."
        })
final class StatusCommand implements Callable<Integer> {

    static final String PATH = "/api/v1/status";

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final CommandContext context;

    @Mixin
    private AgentFlags agent;

    @Mixin
    private SettingFlags settings;

    @Option(names = "--json", description = "The agent's answer as JSON.")
    private boolean json;

    StatusCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException, InterruptedException {
        Settings inForce = settings.inForce(context, new SourceOptions.Live(Optional.empty(), Path.of("/"), false))
                .settings();
        try {
            AgentAnswer answer = agent.client(inForce, PATIENCE).get(PATH);
            ObjectNode document = answer.document();
            AgentStatus status = new AgentStatus(document);
            if (json) {
                context.console().out().println(JsonText.of(document));
            } else {
                status.lines(answer.from().toString()).forEach(context.console().out()::println);
            }
            return status.isWell() ? ExitCodes.OK : Status.WARNING.exitCode();
        } catch (AgentException e) {
            context.console().complain(e.getMessage() + whatToDo(e));
            return Status.UNKNOWN.exitCode();
        }
    }

    private static String whatToDo(AgentException e) {
        return switch (e.kind()) {
            case NOT_RUNNING -> "; start it (systemctl start gpudiag), or name another (--host, --socket)";
            case TIMED_OUT -> "; see its log (journalctl -u gpudiag)";
            default -> "";
        };
    }
}
