package dev.gpudiag.agent.cli;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.checks.Check;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All that commands use of the rest of the agent.
 *
 * @param checks in the order in which a report shows them
 * @param environment environment variables
 */
public record CommandContext(
        Console console,
        Product product,
        Stopwatch stopwatch,
        Map<String, String> environment,
        List<Check> checks,
        NodeSources sources,
        SettingsSource settings,
        SnapshotWriter snapshots,
        Server server,
        CallerTerminal terminal) {
    public CommandContext {
        requireNonNull(console, "console is null");
        requireNonNull(product, "product is null");
        requireNonNull(stopwatch, "stopwatch is null");
        requireNonNull(sources, "sources is null");
        requireNonNull(settings, "settings is null");
        requireNonNull(snapshots, "snapshots is null");
        requireNonNull(server, "server is null");
        requireNonNull(terminal, "terminal is null");
        environment = Map.copyOf(environment);
        checks = List.copyOf(checks);
    }

    /** The same with another value of one environment variable. */
    CommandContext with(String variable, String value) {
        Map<String, String> changed = new HashMap<>(environment);
        changed.put(variable, value);
        return new CommandContext(
                console, product, stopwatch, changed, checks, sources, settings, snapshots, server, terminal);
    }

    /** The same for a round of its own, whose time begins now. */
    CommandContext again() {
        return new CommandContext(
                console,
                product,
                stopwatch.again(),
                environment,
                checks,
                sources,
                settings,
                snapshots,
                server,
                terminal);
    }
}
