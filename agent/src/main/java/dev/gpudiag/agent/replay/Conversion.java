package dev.gpudiag.agent.replay;

import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns the text of an element into a value in base units; empty where the text is none. */
@FunctionalInterface
interface Conversion<T> {

    Optional<T> convert(String text);

    /** The value that {@code text} holds, or why it holds none; text that cannot be understood is FAILED, never zero. */
    default Reading<T> read(String text, String source) {
        Optional<OddValue> odd = OddValue.of(text);
        if (odd.isPresent()) {
            return odd.get().reading(source);
        }
        return convert(text)
                .map(value -> Reading.of(value, source))
                .orElseGet(() -> Reading.missing(Reason.FAILED, source, "not understood: " + text));
    }

    /** Text as it stands. */
    static Conversion<String> text() {
        return Optional::of;
    }

    /** Words to the names that NVML has for them: {@code Exclusive_Process} to {@code EXCLUSIVE_PROCESS}. */
    static Conversion<String> name() {
        return text -> Optional.of(text.toUpperCase(Locale.ROOT).replaceAll("[ -]+", "_"));
    }

    /** Words to values, whatever their case. */
    static <T> Conversion<T> words(Map<String, T> values) {
        return text -> Optional.ofNullable(values.get(text.toLowerCase(Locale.ROOT)));
    }

    static Conversion<Boolean> flag() {
        return text -> switch (text.toLowerCase(Locale.ROOT)) {
            case "enabled", "yes", "active", "true", "on" -> Optional.of(true);
            case "disabled", "no", "not active", "false", "off", "none" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    /** A whole number, alone or before a unit of {@code units} that says what to multiply it by. */
    static Conversion<Long> whole(Map<String, Long> units) {
        return text -> {
            Matcher matcher = Numbers.DECIMAL.matcher(text);
            if (!matcher.matches() || matcher.group(1).contains(".")) {
                return Optional.empty();
            }
            Long factor = units.get(matcher.group(2));
            try {
                return factor == null
                        ? Optional.empty()
                        : Optional.of(Math.multiplyExact(Long.parseLong(matcher.group(1)), factor));
            } catch (ArithmeticException | NumberFormatException e) {
                return Optional.empty();
            }
        };
    }

    /** A decimal number, alone or before a unit of {@code units} that says what to multiply it by. */
    static Conversion<Double> decimal(Map<String, BigDecimal> units) {
        return text -> {
            Matcher matcher = Numbers.DECIMAL.matcher(text);
            if (!matcher.matches()) {
                return Optional.empty();
            }
            return Optional.ofNullable(units.get(matcher.group(2)))
                    .map(factor ->
                            new BigDecimal(matcher.group(1)).multiply(factor).doubleValue());
        };
    }

    static Conversion<Long> count() {
        return whole(Map.of("", 1L, "bank(s)", 1L));
    }

    /** nvidia-smi wrote MB for MiB before 2012. */
    static Conversion<Long> bytes() {
        long kib = 1024;
        return whole(Map.of(
                "B",
                1L,
                "bytes",
                1L,
                "KiB",
                kib,
                "KB",
                kib,
                "MiB",
                kib * kib,
                "MB",
                kib * kib,
                "GiB",
                kib * kib * kib,
                "GB",
                kib * kib * kib));
    }

    static Conversion<Long> hertz() {
        return whole(Map.of("Hz", 1L, "kHz", 1_000L, "MHz", 1_000_000L));
    }

    static Conversion<Double> watts() {
        return decimal(Map.of("W", BigDecimal.ONE, "mW", tenTo(-3)));
    }

    static Conversion<Double> celsius() {
        return decimal(Map.of("C", BigDecimal.ONE));
    }

    static Conversion<Double> ratio() {
        return decimal(Map.of("%", tenTo(-2)));
    }

    static Conversion<Double> bytesPerSecond() {
        return decimal(Map.of("B/s", BigDecimal.ONE, "KB/s", tenTo(3), "MB/s", tenTo(6), "GB/s", tenTo(9)));
    }

    static Conversion<Double> seconds() {
        return decimal(Map.of("ns", tenTo(-9), "us", tenTo(-6), "ms", tenTo(-3), "s", BigDecimal.ONE));
    }

    private static BigDecimal tenTo(int exponent) {
        return BigDecimal.ONE.scaleByPowerOfTen(exponent);
    }

    /** {@code 16x} or {@code x16}. */
    static Conversion<Long> lanes() {
        return text -> count().convert(text.replaceFirst("^x|x$", ""));
    }

    /** {@code P8}. */
    static Conversion<Long> performanceState() {
        return text -> text.startsWith("P") ? count().convert(text.substring(1)) : Optional.empty();
    }

    /** Hexadecimal, with or without 0x, at most 32 bits. */
    static Conversion<Long> hexadecimal() {
        return text -> {
            Matcher matcher = Numbers.HEXADECIMAL.matcher(text);
            return matcher.matches() ? Optional.of(Long.parseLong(matcher.group(1), 16)) : Optional.empty();
        };
    }

    /** Patterns of numbers. */
    final class Numbers {
        static final Pattern DECIMAL = Pattern.compile("([+-]?\\d{1,18}(?:\\.\\d{1,12})?)\\s*([^\\d\\s]*)");
        static final Pattern HEXADECIMAL = Pattern.compile("(?:0[xX])?([0-9a-fA-F]{1,8})");

        private Numbers() {}
    }
}
