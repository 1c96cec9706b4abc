package dev.gpudiag.agent.api;

import dev.gpudiag.agent.http.ApiRequest;
import dev.gpudiag.agent.http.ProblemException;
import dev.gpudiag.checks.Setting;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * The time that a request asks about: {@code from} and {@code to} as ISO 8601 or as Unix seconds, or {@code since} as a time
 * before now, such as {@code 2h}.
 */
public record TimeRange(Instant from, Instant to) {

    private static final String SECONDS = "[0-9]{1,10}(\\.[0-9]{1,9})?";

    /**
     * The range that a request asks for.
     *
     * @param since where the request says neither {@code from} nor {@code since}
     */
    public static TimeRange of(ApiRequest request, Instant now, Duration since) throws ProblemException {
        Optional<String> ago = request.one("since");
        Optional<String> from = request.one("from");
        if (ago.isPresent() && from.isPresent()) {
            throw new ProblemException(400, "from and since exclude each other");
        }
        Instant end =
                request.one("to").isPresent() ? instant("to", request.one("to").get()) : now;
        Instant begin = from.isPresent() ? instant("from", from.get()) : now.minus(duration(ago, since));
        if (begin.isAfter(end)) {
            throw new ProblemException(400, "from is after to");
        }
        return new TimeRange(begin, end);
    }

    static Instant instant(String name, String text) throws ProblemException {
        try {
            if (text.matches(SECONDS)) {
                return Instant.ofEpochMilli(Math.round(Double.parseDouble(text) * 1000));
            }
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw new ProblemException(
                    400, name + " is a time such as 2026-01-31T12:00:00Z, or Unix seconds, not '" + text + "'");
        }
    }

    private static Duration duration(Optional<String> text, Duration otherwise) throws ProblemException {
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            Duration ago = Setting.parseDuration(text.get());
            if (!ago.isNegative() && ago.compareTo(Duration.ofDays(3650)) <= 0) {
                return ago;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new ProblemException(400, "since is a time such as 30m or 2h, not '" + text.get() + "'");
        }
        throw new ProblemException(400, "since is longer than ten years");
    }
}
