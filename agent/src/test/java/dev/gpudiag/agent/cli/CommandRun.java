package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gpudiag.checks.Check;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs commands against a fake node and keeps what they print. */
final class CommandRun {

    final FakeNode node;
    final Map<String, String> environment = new HashMap<>();
    SettingsSource settings = file -> SettingsSource.Configured.defaults();
    Server server = options -> 0;
    SnapshotWriter snapshots =
            (sample, stream) -> stream.write(("snapshot of " + sample.gpus().size() + "\n").getBytes(UTF_8));
    CallerTerminal terminal = new CallerTerminal(Optional.empty(), false, word -> {});
    NodeSources sources;
    boolean colour;
    private final List<Check> checks;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    CommandRun(FakeNode node, Check... checks) {
        this.node = node;
        this.sources = node;
        this.checks = List.of(checks);
    }

    /** Runs a command and gives its exit code. */
    int run(String... arguments) {
        out.reset();
        err.reset();
        CommandContext context = new CommandContext(
                new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), colour),
                new Product("1.2.3", "abc", "25"),
                Stopwatch.start(() -> 0, environment),
                environment,
                checks,
                sources,
                settings,
                snapshots,
                server,
                terminal);
        return new Main(context).run(arguments);
    }

    String out() {
        return out.toString(UTF_8);
    }

    String err() {
        return err.toString(UTF_8);
    }
}
