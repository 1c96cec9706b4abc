package dev.gpudiag.checks.memory;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Lowest and highest value of every five minutes of the last {@value #HOURS} hours, in units of 64 KiB.
 *
 * <p>A bucket is named by its number since the epoch. Not thread-safe.
 */
final class FloorTrack {

    static final int HOURS = 48;
    static final int BUCKET_SECONDS = 300;
    static final int PER_HOUR = 3600 / BUCKET_SECONDS;
    static final int CAPACITY = HOURS * PER_HOUR;
    static final int BYTES = CAPACITY * 2 * Integer.BYTES;

    /** Far in the future; a number above is no time. */
    static final long LAST_BUCKET = 1L << 40;

    private static final int UNIT_BITS = 16;
    private static final int MISSING = -1;

    private final int[] lowest = new int[CAPACITY];
    private final int[] highest = new int[CAPACITY];
    private long oldest;
    private long newest = -1;

    FloorTrack() {
        Arrays.fill(lowest, MISSING);
        Arrays.fill(highest, MISSING);
    }

    /** A sample of the newest bucket or a later one; a bucket that is older than that is put into the newest. */
    void add(long bucket, long bytes) {
        int units = (int) Math.min(Integer.MAX_VALUE, Math.max(0, bytes) >> UNIT_BITS);
        if (newest < 0) {
            oldest = bucket;
            newest = bucket;
        }
        long steps = Math.min(bucket - newest, CAPACITY);
        for (long step = 1; step <= steps; step++) {
            int slot = slot(bucket - steps + step);
            lowest[slot] = MISSING;
            highest[slot] = MISSING;
        }
        newest = Math.max(newest, bucket);
        oldest = Math.max(oldest, newest - CAPACITY + 1);
        int slot = slot(newest);
        lowest[slot] = lowest[slot] == MISSING ? units : Math.min(lowest[slot], units);
        highest[slot] = Math.max(highest[slot], units);
    }

    boolean isEmpty() {
        return newest < 0;
    }

    long oldest() {
        return oldest;
    }

    long newest() {
        return newest;
    }

    /** Lowest bytes from one bucket to another, both included; NaN where nothing was sampled. */
    double floor(long from, long to) {
        int least = Integer.MAX_VALUE;
        for (long bucket = Math.max(from, oldest); bucket <= Math.min(to, newest); bucket++) {
            int units = lowest[slot(bucket)];
            if (units != MISSING && units < least) {
                least = units;
            }
        }
        return least == Integer.MAX_VALUE ? Double.NaN : (double) ((long) least << UNIT_BITS);
    }

    /** Number of buckets with a sample from one to another, both included. */
    int sampled(long from, long to) {
        int sampled = 0;
        for (long bucket = Math.max(from, oldest); bucket <= Math.min(to, newest); bucket++) {
            sampled += lowest[slot(bucket)] == MISSING ? 0 : 1;
        }
        return sampled;
    }

    /** Highest bytes of a bucket; NaN where nothing was sampled. */
    double peak(long bucket) {
        if (bucket < oldest || bucket > newest || highest[slot(bucket)] == MISSING) {
            return Double.NaN;
        }
        return (double) ((long) highest[slot(bucket)] << UNIT_BITS);
    }

    void write(ByteBuffer out) {
        out.putLong(oldest).putLong(newest);
        for (long bucket = oldest; bucket <= newest; bucket++) {
            out.putInt(lowest[slot(bucket)]).putInt(highest[slot(bucket)]);
        }
    }

    int writtenBytes() {
        return 2 * Long.BYTES + (isEmpty() ? 0 : (int) (newest - oldest + 1) * 2 * Integer.BYTES);
    }

    static FloorTrack read(ByteBuffer in) {
        FloorTrack track = new FloorTrack();
        track.oldest = in.getLong();
        track.newest = in.getLong();
        if (track.newest == -1 && track.oldest == 0) {
            return track;
        }
        if (track.oldest < 0
                || track.newest < track.oldest
                || track.newest > LAST_BUCKET
                || track.newest - track.oldest >= CAPACITY) {
            throw new IllegalArgumentException("buckets out of range");
        }
        for (long bucket = track.oldest; bucket <= track.newest; bucket++) {
            int low = in.getInt();
            int high = in.getInt();
            if (low < MISSING || high < low || (low == MISSING) != (high == MISSING)) {
                throw new IllegalArgumentException("a bucket's lowest value is above its highest");
            }
            track.lowest[track.slot(bucket)] = low;
            track.highest[track.slot(bucket)] = high;
        }
        return track;
    }

    private int slot(long bucket) {
        return (int) Math.floorMod(bucket, (long) CAPACITY);
    }
}
