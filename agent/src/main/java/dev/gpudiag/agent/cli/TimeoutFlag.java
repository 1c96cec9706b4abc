package dev.gpudiag.agent.cli;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How long a command may take. The launcher reads the same option and gives two seconds of grace. */
final class TimeoutFlag {

    private static final Duration LOW = Duration.ofMillis(100);
    private static final Duration HIGH = Duration.ofHours(1);

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "Answer within this time although the driver may hang: 500ms, 10s, 2m (default: 10s).")
    private String timeout;

    Duration value() throws UsageException {
        return DurationOption.parse("--timeout", timeout, LOW, HIGH);
    }
}
