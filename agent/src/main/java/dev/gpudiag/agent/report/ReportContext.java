package dev.gpudiag.agent.report;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/**
 * What a report says beside the results.
 *
 * @param version version of gpudiag
 * @param elapsed how long sampling and judging took
 * @param warnings what the source of the sample had to say, such as unknown elements in a capture
 * @param exitCode exit code of the command
 * @param verbose whether findings that are OK are shown in full too
 */
public record ReportContext(String version, Duration elapsed, List<String> warnings, int exitCode, boolean verbose) {
    public ReportContext {
        requireNonNull(version, "version is null");
        requireNonNull(elapsed, "elapsed is null");
        warnings = List.copyOf(warnings);
    }
}
