package dev.gpudiag.checks;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A value that an operator may change, declared once beside the check that uses it.
 *
 * @param key such as {@code temperature.fallback-limit}; the part before the dot is the check's id
 * @param unit what the number means; empty for text and flags
 * @param range allowed values, in words
 * @param parser throws IllegalArgumentException with a sentence for a value that is not allowed
 */
public record Setting<T>(
        String key, T defaultValue, String unit, String range, String help, Function<String, T> parser) {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|d)");

    public Setting {
        requireNonNull(key, "key is null");
        requireNonNull(defaultValue, "defaultValue is null");
        requireNonNull(parser, "parser is null");
    }

    /** The value written in {@code text}. */
    public T parse(String text) {
        return parser.apply(text.strip());
    }

    public static Setting<Double> number(
            String key, double defaultValue, double low, double high, String unit, String help) {
        String range = plain(low) + " to " + plain(high);
        return new Setting<>(key, defaultValue, unit, range, help, text -> {
            double value;
            try {
                value = new BigDecimal(text).doubleValue();
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("'" + text + "' is not a number", e);
            }
            if (value < low || value > high) {
                throw new IllegalArgumentException(text + " is outside " + range);
            }
            return value;
        });
    }

    public static Setting<Duration> duration(
            String key, Duration defaultValue, Duration low, Duration high, String help) {
        String range = format(low) + " to " + format(high);
        return new Setting<>(key, defaultValue, "", range, help, text -> {
            Duration value = parseDuration(text);
            if (value.compareTo(low) < 0 || value.compareTo(high) > 0) {
                throw new IllegalArgumentException(text + " is outside " + range);
            }
            return value;
        });
    }

    /** A whole number that is not held against anything until somebody sets it. */
    public static Setting<Optional<Integer>> count(String key, int low, int high, String unit, String help) {
        String range = low + " to " + high;
        return new Setting<>(key, Optional.empty(), unit, range, help, text -> {
            if (text.isEmpty()) {
                return Optional.empty();
            }
            int value;
            try {
                value = Integer.parseInt(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("'" + text + "' is not a whole number", e);
            }
            if (value < low || value > high) {
                throw new IllegalArgumentException(text + " is outside " + range);
            }
            return Optional.of(value);
        });
    }

    public static Setting<Boolean> flag(String key, boolean defaultValue, String help) {
        return new Setting<>(key, defaultValue, "", "true or false", help, text -> switch (text) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw new IllegalArgumentException("'" + text + "' is neither true nor false");
        });
    }

    public static Setting<Optional<String>> text(String key, String help) {
        return new Setting<>(
                key, Optional.empty(), "", "text", help, text -> text.isEmpty() ? Optional.empty() : Optional.of(text));
    }

    /** A duration such as {@code 250ms}, {@code 90s}, {@code 60m}, {@code 12h}, {@code 7d}. */
    public static Duration parseDuration(String text) {
        Matcher matcher = DURATION.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a duration such as 90s, 60m or 12h");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    /** The shortest text that {@link #parseDuration} reads back. */
    public static String format(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds % 86400 == 0 && seconds != 0) {
            return seconds / 86400 + "d";
        }
        if (seconds % 3600 == 0 && seconds != 0) {
            return seconds / 3600 + "h";
        }
        return seconds % 60 == 0 && seconds != 0 ? seconds / 60 + "m" : seconds + "s";
    }

    /** The value as an operator would write it. */
    public static String format(Object value) {
        return switch (value) {
            case Duration duration -> format(duration);
            case Double number -> plain(number);
            case Optional<?> optional -> optional.map(Setting::format).orElse("");
            default -> String.valueOf(value);
        };
    }

    private static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }
}
