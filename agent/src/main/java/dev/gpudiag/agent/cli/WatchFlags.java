package dev.gpudiag.agent.cli;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Whether a check is made again and again. The launcher reads the first as well. */
final class WatchFlags {

    private static final String EVERY = "2s";

    @Option(names = "--watch", description = "Again and again, until q or Ctrl-C; exits as the last verdict says.")
    private boolean watch;

    @Option(
            names = "--every",
            paramLabel = "TIME",
            description = "With --watch: time between two looks, 500ms to 1h (default: " + EVERY + ").")
    private String every;

    /** The options that were given. */
    List<String> given() {
        return watch ? List.of("--watch") : every != null ? List.of("--every") : List.of();
    }

    /** Time between two looks; empty where one is asked for. */
    Optional<Duration> interval(SourceOptions source) throws UsageException {
        if (every != null && !watch) {
            throw new UsageException("--every is about --watch: say --watch too");
        }
        if (watch && source instanceof SourceOptions.Replayed) {
            throw new UsageException("--watch: a recording of one instant does not change");
        }
        String text = every == null ? EVERY : every;
        Duration time = DurationOption.parse("--every", text, Duration.ofMillis(500), Duration.ofHours(1));
        return Optional.of(time).filter(any -> watch);
    }
}
