package dev.gpudiag.agent.cli;

import dev.gpudiag.checks.Setting;
import java.time.Duration;

/** The value of an option that is a time within bounds. */
final class DurationOption {

    private DurationOption() {}

    /** The time in {@code text}, such as 90s or 30m; wrong usage where it is none or outside the bounds. */
    static Duration parse(String option, String text, Duration low, Duration high) throws UsageException {
        Duration value;
        try {
            value = Setting.parseDuration(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(option + ": " + e.getMessage());
        }
        if (value.compareTo(low) < 0 || value.compareTo(high) > 0) {
            throw new UsageException(
                    option + ": " + text + " is outside " + Setting.format(low) + " to " + Setting.format(high));
        }
        return value;
    }
}
