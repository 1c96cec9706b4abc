package dev.gpudiag.agent.page;

import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The last hour of one quantity: one value for each half minute that has any, in runs without a gap. Immutable.
 *
 * <p>120 values at most, that is {@code 120 * (Double.BYTES + Integer.BYTES)} bytes and a few for each run.
 *
 * @param runs oldest first; a gap between two is time without a reading
 */
record Trend(List<Run> runs) {

    /** How far back it reaches. */
    static final Duration SPAN = Duration.ofHours(1);

    /** Values at most. */
    static final int BUCKETS = 120;

    /** Readings that are missing in a row before a line is broken, in usual distances between two. */
    private static final int GAP = 3;

    private static final Duration SHORTEST_CHANGE = Duration.ofMinutes(10);
    private static final long BUCKET_MILLIS = SPAN.toMillis() / BUCKETS;
    private static final long LEAST_GAP_MILLIS = BUCKET_MILLIS * 3 / 2;

    /** How several readings of one half minute become one value. */
    enum Fold {
        MEAN,
        HIGHEST
    }

    /**
     * Values without a gap between them.
     *
     * @param buckets half minutes since the beginning of the hour, rising, 0 to 119
     * @param values one for each bucket
     */
    @SuppressWarnings("ArrayRecordComponent") // numbers without an object each; never compared, never changed
    record Run(int[] buckets, double[] values) {}

    Trend {
        runs = List.copyOf(runs);
    }

    /** The hour before {@code end}, from readings that are in order of time. */
    static Trend of(List<Sample> samples, Instant end, Fold fold) {
        long start = end.minus(SPAN).toEpochMilli();
        long gap = Math.max(LEAST_GAP_MILLIS, GAP * usualDistance(samples));
        List<Run> runs = new ArrayList<>();
        int first = 0;
        for (int i = 1; i <= samples.size(); i++) {
            if (i == samples.size() || millis(samples, i) - millis(samples, i - 1) > gap) {
                run(samples.subList(first, i), start, fold, runs);
                first = i;
            }
        }
        return new Trend(runs);
    }

    private static long millis(List<Sample> samples, int position) {
        return samples.get(position).at().toEpochMilli();
    }

    /** The median of the distances: an interval that was changed an hour ago does not count. */
    private static long usualDistance(List<Sample> samples) {
        long[] distances = new long[Math.max(0, samples.size() - 1)];
        for (int i = 0; i < distances.length; i++) {
            distances[i] = millis(samples, i + 1) - millis(samples, i);
        }
        Arrays.sort(distances);
        return distances.length == 0 ? 0 : distances[distances.length / 2];
    }

    private static void run(List<Sample> samples, long start, Fold fold, List<Run> runs) {
        int[] buckets = new int[BUCKETS];
        double[] values = new double[BUCKETS];
        int[] counts = new int[BUCKETS];
        int size = 0;
        for (Sample sample : samples) {
            long since = sample.at().toEpochMilli() - start;
            if (since < 0 || since > SPAN.toMillis()) {
                continue;
            }
            int bucket = (int) Math.min(BUCKETS - 1, since / BUCKET_MILLIS);
            if (size == 0 || buckets[size - 1] != bucket) {
                buckets[size] = bucket;
                values[size] = sample.value();
                counts[size] = 1;
                size++;
                continue;
            }
            int last = size - 1;
            counts[last]++;
            values[last] = fold == Fold.HIGHEST
                    ? Math.max(values[last], sample.value())
                    : values[last] + (sample.value() - values[last]) / counts[last];
        }
        if (size > 0) {
            runs.add(new Run(Arrays.copyOf(buckets, size), Arrays.copyOf(values, size)));
        }
    }

    /** The lowest value of the hour. */
    OptionalDouble lowest() {
        return runs.stream().flatMapToDouble(run -> Arrays.stream(run.values())).min();
    }

    /** The highest value of the hour. */
    OptionalDouble highest() {
        return runs.stream().flatMapToDouble(run -> Arrays.stream(run.values())).max();
    }

    /** By how much a value has changed. */
    record Change(double amount, Duration over) {}

    /** From the first value of the hour to the last; empty where they are less than ten minutes apart. */
    Optional<Change> change() {
        if (runs.isEmpty()) {
            return Optional.empty();
        }
        Run first = runs.getFirst();
        Run last = runs.getLast();
        Duration over =
                Duration.ofMillis((last.buckets()[last.buckets().length - 1] - first.buckets()[0]) * BUCKET_MILLIS);
        return over.compareTo(SHORTEST_CHANGE) < 0
                ? Optional.empty()
                : Optional.of(new Change(last.values()[last.values().length - 1] - first.values()[0], over));
    }

    /** How much of the hour lies behind the first value. */
    Duration reach() {
        return runs.isEmpty()
                ? Duration.ZERO
                : Duration.ofMillis((BUCKETS - runs.getFirst().buckets()[0]) * BUCKET_MILLIS);
    }
}
