package dev.gpudiag.agent.trace;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of memory as tools write them; nvidia-smi counts in powers of 1024 whichever unit it prints. */
final class TraceAmount {

    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,18}(?:\\.\\d{1,9})?)\\s*([A-Za-z]{1,5})?");
    private static final Pattern RATIO = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,6})?)\\s*%?");
    private static final Pattern BRACKETED = Pattern.compile("\\[[^\\]]{1,40}]");
    private static final Set<String> ABSENT = Set.of(
            "", "-", "n/a", "na", "nan", "null", "none", "not available", "unknown error", "err!", "gpu is lost");
    private static final double LIMIT = 0x1p56;

    private TraceAmount() {}

    /** Whether the tool says that there is no value: {@code [N/A]}, {@code [Not Supported]}. */
    static boolean isAbsent(String text) {
        return BRACKETED.matcher(text).matches() || ABSENT.contains(text.toLowerCase(Locale.ROOT));
    }

    /** Bytes; a number without a unit has the one of its column. Empty for something that is no amount. */
    static OptionalLong bytes(String text, String columnUnit) {
        Matcher matcher = AMOUNT.matcher(text);
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        OptionalDouble unit = factor(matcher.group(2) == null ? columnUnit : matcher.group(2));
        double bytes = Double.parseDouble(matcher.group(1)) * unit.orElse(Double.NaN);
        return bytes < LIMIT ? OptionalLong.of(Math.round(bytes)) : OptionalLong.empty();
    }

    /** 0 to 1, of a percentage. */
    static OptionalDouble ratio(String text) {
        Matcher matcher = RATIO.matcher(text);
        return matcher.matches() && Double.parseDouble(matcher.group(1)) <= 100
                ? OptionalDouble.of(Double.parseDouble(matcher.group(1)) / 100)
                : OptionalDouble.empty();
    }

    static boolean hasUnit(String text) {
        Matcher matcher = AMOUNT.matcher(text);
        return matcher.matches()
                && matcher.group(2) != null
                && factor(matcher.group(2)).isPresent();
    }

    private static OptionalDouble factor(String unit) {
        return switch (unit.toLowerCase(Locale.ROOT)) {
            case "b", "bytes", "byte" -> OptionalDouble.of(1);
            case "kib", "kb" -> OptionalDouble.of(0x1p10);
            case "mib", "mb" -> OptionalDouble.of(0x1p20);
            case "gib", "gb" -> OptionalDouble.of(0x1p30);
            case "tib", "tb" -> OptionalDouble.of(0x1p40);
            default -> OptionalDouble.empty();
        };
    }
}
