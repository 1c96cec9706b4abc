package dev.gpudiag.agent.cli;

import dev.gpudiag.checks.catalog.CheckCatalog;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The one place where commands meet the rest of the agent. */
final class Wiring {

    private Wiring() {}

    static CommandContext context(Console console, Map<String, String> environment) {
        return new CommandContext(
                console,
                Product.built(),
                Stopwatch.start(System::nanoTime, environment),
                environment,
                CheckCatalog.all(),
                new NotBuiltIn(),
                file -> SettingsSource.Configured.defaults(),
                (sample, out) -> {
                    throw new IllegalStateException("this build cannot record");
                },
                options -> {
                    throw new ConfigurationException("this build cannot serve");
                });
    }

    /** Until samplers are wired in here. */
    private static final class NotBuiltIn implements NodeSources {
        @Override
        public NodeSource open(SourceOptions options) throws ConfigurationException {
            throw new ConfigurationException("this build has no sampler");
        }

        @Override
        public SortedMap<String, Path> scenarios() {
            return new TreeMap<>();
        }
    }
}
