package dev.gpudiag.agent.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.client.AgentClient;
import dev.gpudiag.agent.client.AgentException;
import dev.gpudiag.agent.report.JsonText;
import dev.gpudiag.agent.report.Printable;
import dev.gpudiag.agent.sampling.DriverRelease;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gpudiag release}: the agent lets go of the driver for a while. */
@Command(
        name = "release",
        description =
                "Have the agent of this machine let go of the driver, for a GPU reset, a MIG change or an upgrade.",
        footer = {
            "",
            "Example:    gpudiag release && nvidia-smi --gpu-reset -i 3",
            "While it is released, checks that need the driver are SKIPPED, and the agent comes back by itself.",
            "Exit codes: 0 done, 1 asked for, and a call into the driver has not returned yet, 3 no agent, or it refuses."
        })
final class ReleaseCommand implements Callable<Integer> {

    private static final Duration TIMEOUT = ReleaseActions.PATIENCE.plusSeconds(7);

    private final CommandContext context;

    @Mixin
    private AgentFlags agent;

    @Mixin
    private SettingFlags settings;

    @Option(names = "--for", paramLabel = "TIME", description = "For so long: 90s, 10m, 2h (1s to 24h).")
    private String length;

    @Option(names = "--end", description = "Take the driver again at once.")
    private boolean end;

    @Option(names = "--json", description = "The agent's answer as JSON.")
    private boolean json;

    ReleaseCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException, InterruptedException {
        if (end == (length != null)) {
            throw new UsageException("one of --for TIME and --end is needed");
        }
        Settings inForce = settings.inForce(context, new SourceOptions.Live(Optional.empty(), Path.of("/"), false))
                .settings();
        AgentClient client = agent.local(inForce, TIMEOUT);
        try {
            ObjectNode answer = ask(client);
            context.console()
                    .out()
                    .println(
                            json
                                    ? JsonText.of(answer)
                                    : Printable.ascii(answer.path("text").asText()));
            return answer.path("hold").asText().equals(DriverRelease.Hold.LETTING_GO.name())
                    ? Status.WARNING.exitCode()
                    : ExitCodes.OK;
        } catch (AgentException e) {
            context.console().complain(e.getMessage());
            return Status.UNKNOWN.exitCode();
        }
    }

    private ObjectNode ask(AgentClient client) throws UsageException, AgentException, InterruptedException {
        if (end) {
            return client.delete(ReleaseActions.PATH).document();
        }
        Duration wanted = DurationOption.parse("--for", length, DriverRelease.SHORTEST, DriverRelease.LONGEST);
        ObjectNode request =
                JsonNodeFactory.instance.objectNode().put("seconds", Math.ceilDiv(wanted.toMillis(), 1000));
        return client.post(ReleaseActions.PATH, request).document();
    }
}
