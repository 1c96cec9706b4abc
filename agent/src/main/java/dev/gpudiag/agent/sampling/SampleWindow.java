package dev.gpudiag.agent.sampling;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;

/**
 * Samples that the driver took by itself, summed up: mean and peak of five minutes, an integral over all time.
 *
 * <p>Five minutes, because Prometheus forgets a series after that: no usable scrape interval is longer, so that a spike is
 * in at least one scrape. A value holds from the sample before it; a gap in the samples is left out of integral and mean.
 * At most 32 buckets, whatever comes. Not thread-safe.
 */
final class SampleWindow {

    private static final long BUCKET_MICROS = 10_000_000L;
    private static final long WINDOW_MICROS = 300_000_000L;
    private static final long GAP_MICROS = 2_000_000L;
    private static final double MICROS_PER_SECOND = 1e6;

    private static final class Bucket {
        private final long number;
        private double integral;
        private double seconds;
        private double peak = Double.NEGATIVE_INFINITY;

        Bucket(long number) {
            this.number = number;
        }
    }

    private final Deque<Bucket> buckets = new ArrayDeque<>();
    private long newest;
    private double integral;
    private double covered;

    /** Adds one sample; one that is not newer than the last is left out. */
    void add(long micros, double value) {
        if (micros <= newest) {
            return;
        }
        long since = newest == 0 ? GAP_MICROS + 1 : micros - newest;
        newest = micros;
        Bucket bucket = bucket(micros / BUCKET_MICROS);
        bucket.peak = Math.max(bucket.peak, value);
        if (since <= GAP_MICROS) {
            double seconds = since / MICROS_PER_SECOND;
            bucket.integral += value * seconds;
            bucket.seconds += seconds;
            integral += value * seconds;
            covered += seconds;
        }
    }

    private Bucket bucket(long number) {
        while (!buckets.isEmpty()
                && buckets.getFirst().number * BUCKET_MICROS <= newest - WINDOW_MICROS - BUCKET_MICROS) {
            buckets.removeFirst();
        }
        if (buckets.isEmpty() || buckets.getLast().number != number) {
            buckets.addLast(new Bucket(number));
        }
        return buckets.getLast();
    }

    /** The driver's time of the newest sample, in micros; 0 before the first. */
    long newest() {
        return newest;
    }

    /** Begins anew at an earlier time; the integral stays. */
    void timeWentBack() {
        buckets.clear();
        newest = 0;
    }

    OptionalDouble mean() {
        double seconds = buckets.stream().mapToDouble(bucket -> bucket.seconds).sum();
        double sum = buckets.stream().mapToDouble(bucket -> bucket.integral).sum();
        return seconds > 0 ? OptionalDouble.of(sum / seconds) : OptionalDouble.empty();
    }

    OptionalDouble peak() {
        return buckets.stream().mapToDouble(bucket -> bucket.peak).max();
    }

    double integral() {
        return integral;
    }

    double coveredSeconds() {
        return covered;
    }
}
