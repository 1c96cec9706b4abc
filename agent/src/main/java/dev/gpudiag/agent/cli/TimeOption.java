package dev.gpudiag.agent.cli;

import dev.gpudiag.checks.Setting;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;

/** The value of an option that is an instant: so long ago, or a date and time. */
final class TimeOption {

    private TimeOption() {}

    /**
     * The instant in {@code text}: {@code 2h} before now, {@code 2026-11-24T10:00:00Z}, {@code 2026-11-24T10:00} or {@code
     * 2026-11-24} in the machine's zone.
     */
    static Instant parse(String option, String text, Instant now, ZoneId zone) throws UsageException {
        String value = text.strip().replace(' ', 'T');
        try {
            return now.minus(Setting.parseDuration(value));
        } catch (IllegalArgumentException e) {
            // a date, then
        }
        try {
            if (value.indexOf('T') < 0) {
                return LocalDate.parse(value).atStartOfDay(zone).toInstant();
            }
            return value.matches(".*(Z|[+-]\\d\\d:\\d\\d)$")
                    ? OffsetDateTime.parse(value).toInstant()
                    : LocalDateTime.parse(value).atZone(zone).toInstant();
        } catch (DateTimeException e) {
            throw new UsageException(option + ": '" + text
                    + "' is neither a time ago such as 2h nor a date such as 2026-11-24T10:00:00Z");
        }
    }
}
