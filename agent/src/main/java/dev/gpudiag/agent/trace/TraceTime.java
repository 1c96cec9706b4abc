package dev.gpudiag.agent.trace;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times as tools write them: {@code 2026/11/23 12:00:05.123} of nvidia-smi, ISO 8601, or a number since the epoch.
 *
 * <p>A local time is taken as if it were UTC: only differences matter, and the zone is not in the file.
 */
final class TraceTime {

    private static final Pattern NUMBER = Pattern.compile("\\d{1,19}(\\.\\d{1,9})?([eE][+-]?\\d{1,2})?");
    private static final Pattern LOCAL = Pattern.compile("(\\d{4})[/-](\\d{1,2})[/-](\\d{1,2})[ T]"
            + "(\\d{1,2}):(\\d{2}):(\\d{2})(?:[.,](\\d{1,9}))?\\s*(Z|[+-]\\d{2}:?\\d{2})?");

    /** Numbers beyond these are milliseconds, microseconds, nanoseconds: as seconds they would be the year 5138 and later. */
    private static final double MILLIS_FROM = 1e11;

    private static final double MICROS_FROM = 1e14;
    private static final double NANOS_FROM = 1e17;

    private TraceTime() {}

    static boolean isDate(String text) {
        return LOCAL.matcher(text).matches();
    }

    /** Seconds; empty for something that is no time. */
    static OptionalDouble parse(String text) {
        if (NUMBER.matcher(text).matches()) {
            return number(Double.parseDouble(text));
        }
        Matcher matcher = LOCAL.matcher(text);
        if (!matcher.matches()) {
            return OptionalDouble.empty();
        }
        try {
            LocalDateTime time = LocalDateTime.of(
                    Integer.parseInt(matcher.group(1)),
                    Integer.parseInt(matcher.group(2)),
                    Integer.parseInt(matcher.group(3)),
                    Integer.parseInt(matcher.group(4)),
                    Integer.parseInt(matcher.group(5)),
                    Integer.parseInt(matcher.group(6)));
            String zone = matcher.group(8);
            ZoneOffset offset = zone == null ? ZoneOffset.UTC : ZoneOffset.of(zone);
            double fraction = matcher.group(7) == null ? 0 : Double.parseDouble("0." + matcher.group(7));
            return OptionalDouble.of(OffsetDateTime.of(time, offset).toEpochSecond() + fraction);
        } catch (DateTimeException e) {
            return OptionalDouble.empty();
        }
    }

    private static OptionalDouble number(double value) {
        double unit = value >= NANOS_FROM ? 1e9 : value >= MICROS_FROM ? 1e6 : value >= MILLIS_FROM ? 1e3 : 1;
        return Double.isFinite(value) ? OptionalDouble.of(value / unit) : OptionalDouble.empty();
    }
}
