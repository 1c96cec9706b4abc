package dev.gpudiag.checks.memory.oom;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of memory as programs write them; every prefix is binary, which is what all of them mean. */
final class ByteAmount {

    /** Two groups: number and unit. */
    static final String PATTERN = "(\\d{1,15}(?:\\.\\d{1,6})?) ?(bytes|[KMGTP]i?B|[KMGTP](?![A-Za-z])|B(?![A-Za-z]))";

    private static final long LARGEST = 1L << 50;

    private ByteAmount() {}

    /** The amount in the group {@code first} and the next of a match; empty for one beyond any machine. */
    static OptionalLong of(Matcher matcher, int first) {
        return of(matcher.group(first), matcher.group(first + 1));
    }

    static OptionalLong of(String number, String unit) {
        int power = "BKMGTP".indexOf(unit.toUpperCase(Locale.ROOT).charAt(0));
        BigDecimal bytes = new BigDecimal(number).multiply(BigDecimal.valueOf(1L << (10 * Math.max(0, power))));
        return bytes.compareTo(BigDecimal.valueOf(LARGEST)) > 0
                ? OptionalLong.empty()
                : OptionalLong.of(bytes.setScale(0, RoundingMode.HALF_UP).longValueExact());
    }

    /** The first amount that {@code pattern}, with the amount as its first two groups, finds in {@code text}. */
    static OptionalLong find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? of(matcher, 1) : OptionalLong.empty();
    }
}
