package dev.gpudiag.agent.cli;

import dev.gpudiag.checks.Settings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** Reads configuration. */
@FunctionalInterface
public interface SettingsSource {

    /**
     * What a configuration says.
     *
     * @param skippedChecks ids of checks not to run
     */
    record Configured(Settings settings, Set<String> skippedChecks) {
        public Configured {
            skippedChecks = Set.copyOf(skippedChecks);
        }

        static Configured defaults() {
            return new Configured(Settings.defaults(), Set.of());
        }
    }

    /**
     * What is configured.
     *
     * @param file an existing file, or empty for the installed one, which need not exist
     * @throws UnusableFileException with all errors of the file at once
     */
    Configured load(Optional<Path> file) throws UnusableFileException;
}
