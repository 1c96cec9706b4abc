package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.Configuration;
import dev.gpudiag.agent.config.Origin;
import dev.gpudiag.checks.Settings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads configuration. */
@FunctionalInterface
public interface SettingsSource {

    /**
     * What a configuration says.
     *
     * @param skippedChecks ids of checks not to run
     * @param origins where each setting that somebody set comes from, by key
     * @param file the file that was read
     */
    record Configured(Settings settings, Set<String> skippedChecks, Map<String, Origin> origins, Optional<Path> file) {
        public Configured {
            skippedChecks = Set.copyOf(skippedChecks);
            origins = Map.copyOf(origins);
        }

        /** One that was not read from a file. */
        Configured(Settings settings, Set<String> skippedChecks) {
            this(settings, skippedChecks, Map.of(), Optional.empty());
        }

        static Configured of(Configuration configuration, Optional<Path> file) {
            return new Configured(
                    configuration.settings(), configuration.skippedChecks(), configuration.origins(), file);
        }

        static Configured defaults() {
            return new Configured(Settings.defaults(), Set.of());
        }

        Configuration configuration() {
            return new Configuration(settings, skippedChecks, origins);
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
