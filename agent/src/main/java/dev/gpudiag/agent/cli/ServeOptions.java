package dev.gpudiag.agent.cli;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.agent.http.ListenAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What the agent is started with.
 *
 * @param source where samples come from
 * @param configured settings, with {@code --set} applied, and checks not to run
 * @param configuration the file that {@code --config} names
 * @param listenAddress address that the command line names; beats the configuration
 * @param webConfiguration the file that {@code --web.config.file} names
 * @param timeout how long one sample may take
 * @param again reads file, environment and flags again
 */
public record ServeOptions(
        SourceOptions source,
        SettingsSource.Configured configured,
        Optional<Path> configuration,
        Optional<ListenAddress> listenAddress,
        Optional<Path> webConfiguration,
        Duration timeout,
        LiveConfiguration.Reading again) {
    public ServeOptions {
        requireNonNull(source, "source is null");
        requireNonNull(configured, "configured is null");
        requireNonNull(configuration, "configuration is null");
        requireNonNull(listenAddress, "listenAddress is null");
        requireNonNull(webConfiguration, "webConfiguration is null");
        requireNonNull(timeout, "timeout is null");
        requireNonNull(again, "again is null");
    }

    /** The file to be watched: the one that was named, for this machine else the installed one, though it is not there yet. */
    Optional<Path> watched() {
        return configuration.or(() ->
                source instanceof SourceOptions.Live ? Optional.of(Wiring.INSTALLED_CONFIGURATION) : Optional.empty());
    }
}
