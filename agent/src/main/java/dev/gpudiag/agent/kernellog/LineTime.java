package dev.gpudiag.agent.kernellog;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the time that a log daemon or {@code dmesg} has put before a line. */
final class LineTime {

    /** A clock that a log was written by may be a little ahead. */
    private static final Duration AHEAD = Duration.ofDays(1);

    private static final int HEAD = 200;

    private static final Pattern ISO = Pattern.compile(
            "(\\d{4}-\\d{2}-\\d{2})[T ](\\d{2}:\\d{2}:\\d{2})(?:[.,](\\d{1,9}))?(Z|[+-]\\d{2}:?\\d{2})?");
    private static final Pattern CTIME =
            Pattern.compile("\\[[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\\d{1,2}) (\\d{2}:\\d{2}:\\d{2}) (\\d{4})\\]");
    private static final Pattern SYSLOG =
            Pattern.compile("^(?:<\\d{1,3}>)?([A-Z][a-z]{2}) {1,2}(\\d{1,2}) (\\d{2}:\\d{2}:\\d{2})(?:\\.\\d{1,9})? ");
    private static final Pattern MONOTONIC = Pattern.compile("\\[ {0,12}(\\d{1,10})\\.(\\d{1,9})\\]");

    private static final DateTimeFormatter DAY = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .appendPattern("uuuu MMM d HH:mm:ss")
            .toFormatter(Locale.ENGLISH)
            .withResolverStyle(ResolverStyle.STRICT);

    private LineTime() {}

    /** The time of a line; empty where it has none, or counts from a boot that is not known. */
    static Optional<Instant> of(String line, LogClock clock) {
        String head = line.length() > HEAD ? line.substring(0, HEAD) : line;
        for (Form form : List.<Form>of(LineTime::iso, LineTime::ctime, LineTime::syslog, LineTime::monotonic)) {
            try {
                Optional<Instant> time = form.read(head, clock);
                if (time.isPresent()) {
                    return time;
                }
            } catch (DateTimeException e) {
                // looks like this form and is no date: another form may fit
            }
        }
        return Optional.empty();
    }

    /** Seconds since boot that stand in brackets before the text. */
    static Optional<Duration> sinceBoot(String line) {
        Matcher matcher = MONOTONIC.matcher(line.length() > HEAD ? line.substring(0, HEAD) : line);
        return matcher.find()
                ? Optional.of(Duration.ofSeconds(Long.parseLong(matcher.group(1)))
                        .plusNanos(Long.parseLong((matcher.group(2) + "000000000").substring(0, 9))))
                : Optional.empty();
    }

    private interface Form {
        Optional<Instant> read(String head, LogClock clock);
    }

    private static Optional<Instant> iso(String head, LogClock clock) {
        Matcher matcher = ISO.matcher(head);
        if (!matcher.find()) {
            return Optional.empty();
        }
        String fraction = matcher.group(3) == null ? "" : "." + matcher.group(3);
        String local = matcher.group(1) + "T" + matcher.group(2) + fraction;
        String offset = matcher.group(4);
        if (offset == null) {
            return Optional.of(LocalDateTime.parse(local).atZone(clock.zone()).toInstant());
        }
        String colon = offset.length() == 5 ? offset.substring(0, 3) + ":" + offset.substring(3) : offset;
        return Optional.of(OffsetDateTime.parse(local + colon).toInstant());
    }

    private static Optional<Instant> ctime(String head, LogClock clock) {
        Matcher matcher = CTIME.matcher(head);
        return matcher.find()
                ? Optional.of(local(matcher.group(4), matcher.group(1), matcher.group(2), matcher.group(3))
                        .atZone(clock.zone())
                        .toInstant())
                : Optional.empty();
    }

    /** A day without a year is the last one that is not in the future. */
    private static Optional<Instant> syslog(String head, LogClock clock) {
        Matcher matcher = SYSLOG.matcher(head);
        if (!matcher.find()) {
            return Optional.empty();
        }
        int year = Year.from(clock.now().atZone(clock.zone())).getValue();
        for (int candidate = year + 1; candidate > year - 5; candidate--) {
            try {
                Instant time = local(String.valueOf(candidate), matcher.group(1), matcher.group(2), matcher.group(3))
                        .atZone(clock.zone())
                        .toInstant();
                if (time.isBefore(clock.now().plus(AHEAD))) {
                    return Optional.of(time);
                }
            } catch (DateTimeException e) {
                // 29 February is in one year of four
            }
        }
        return Optional.empty();
    }

    private static Optional<Instant> monotonic(String head, LogClock clock) {
        return clock.bootedAt().flatMap(booted -> sinceBoot(head).map(booted::plus));
    }

    private static LocalDateTime local(String year, String month, String day, String time) {
        return LocalDateTime.parse(year + " " + month + " " + day + " " + time, DAY);
    }
}
