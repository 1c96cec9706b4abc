package dev.gpudiag.telemetry;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A version as a tuple of numbers, such as a driver's {@code 535.104.05} or a toolkit's {@code 12.4}.
 *
 * <p>Compared number by number: {@code 535.104.05} is no semantic version, for its leading zero, and is less than
 * {@code 535.104.12}. A missing number counts as zero in order, so that {@code 12.4} and {@code 12.4.0} compare as 0.
 *
 * @param numbers at least one
 * @param text as it was written, leading zeros included
 */
public record Version(List<Integer> numbers, String text) implements Comparable<Version> {

    private static final Pattern NUMBERS = Pattern.compile("\\d{1,9}(\\.\\d{1,9}){0,7}");

    public Version {
        numbers = List.copyOf(numbers);
        if (numbers.isEmpty()) {
            throw new IllegalArgumentException("a version has at least one number");
        }
    }

    public static Version of(int... numbers) {
        return new Version(
                Arrays.stream(numbers).boxed().toList(),
                Arrays.stream(numbers).mapToObj(String::valueOf).collect(Collectors.joining(".")));
    }

    /** The version in {@code text}; empty unless it is numbers with points between, and nothing else. */
    public static Optional<Version> parse(String text) {
        return NUMBERS.matcher(text).matches()
                ? Optional.of(new Version(
                        Arrays.stream(text.split("\\.")).map(Integer::valueOf).toList(), text))
                : Optional.empty();
    }

    public int major() {
        return number(0);
    }

    public int minor() {
        return number(1);
    }

    /** The number at a position, from 0; zero where there is none. */
    public int number(int position) {
        return position < numbers.size() ? numbers.get(position) : 0;
    }

    /** How many numbers were given. */
    public int size() {
        return numbers.size();
    }

    public boolean isAtLeast(Version other) {
        return compareTo(other) >= 0;
    }

    @Override
    public int compareTo(Version other) {
        for (int i = 0; i < Math.max(size(), other.size()); i++) {
            int order = Integer.compare(number(i), other.number(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Version version && numbers.equals(version.numbers);
    }

    @Override
    public int hashCode() {
        return numbers.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
