package dev.gpudiag.agent.simulation;

import dev.gpudiag.checks.Setting;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A counter in a simulated host's file: {@code 3}, {@code 0s:0 10m:5} or {@code rate(0, 2)}, as the simulated driver reads it. */
final class CountOverTime {

    static final String FORM = "a count, points such as 0s:0 10m:5, or rate(start, per second)";

    private static final String TIME = "\\d{1,9}(?:ms|s|m|h|d)";
    private static final Pattern COUNT = Pattern.compile("\\d{1,12}");
    private static final Pattern POINTS = Pattern.compile(TIME + ":\\d{1,12}( +" + TIME + ":\\d{1,12})*");
    private static final Pattern RATE = Pattern.compile("rate\\((\\d{1,12}), *(\\d{1,9}(?:\\.\\d{1,9})?)\\)");

    /** Milliseconds to count. */
    private final TreeMap<Long, Double> points = new TreeMap<>();

    private final double perSecond;

    private CountOverTime(double perSecond) {
        this.perSecond = perSecond;
    }

    /** Empty where the text has none of these forms. */
    static Optional<CountOverTime> parse(String text) {
        Matcher rate = RATE.matcher(text);
        if (rate.matches()) {
            return Optional.of(
                    new CountOverTime(Double.parseDouble(rate.group(2))).with(0, Double.parseDouble(rate.group(1))));
        }
        CountOverTime count = new CountOverTime(0);
        if (COUNT.matcher(text).matches()) {
            return Optional.of(count.with(0, Double.parseDouble(text)));
        }
        if (!POINTS.matcher(text).matches()) {
            return Optional.empty();
        }
        for (String point : text.split(" +", -1)) {
            int colon = point.indexOf(':');
            long at = Setting.parseDuration(point.substring(0, colon)).toMillis();
            count.with(at, Double.parseDouble(point.substring(colon + 1)));
        }
        return Optional.of(count);
    }

    private CountOverTime with(long milliseconds, double count) {
        points.put(milliseconds, count);
        return this;
    }

    /** Linear between its points, held before the first and after the last; whole numbers only. */
    long at(Duration time) {
        long now = time.toMillis();
        var before = points.floorEntry(now);
        var after = points.ceilingEntry(now);
        if (before == null) {
            return points.firstEntry().getValue().longValue();
        }
        if (after == null || after.getKey().equals(before.getKey())) {
            return (long) (before.getValue() + perSecond * (now - before.getKey()) / 1000);
        }
        double share = (double) (now - before.getKey()) / (after.getKey() - before.getKey());
        return (long) (before.getValue() + share * (after.getValue() - before.getValue()));
    }
}
