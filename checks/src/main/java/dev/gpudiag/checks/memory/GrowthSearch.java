package dev.gpudiag.checks.memory;

import dev.gpudiag.checks.memory.GrowthSegment.Origin;
import java.util.Optional;

/**
 * Looks for growth that goes on until now, in the floors of blocks of several lengths.
 *
 * <p>The floor of a block ignores a sawtooth and peaks within it; where a block is shorter than the program's own cycle,
 * its floors scatter, and a longer one is taken. Growth has to be straight, driven rather than at random, made of many
 * steps, hardly ever falling, and beyond anything that was reached before it. Not thread-safe.
 */
final class GrowthSearch {

    private static final double MIB = 1 << 20;
    private static final int[] BLOCK_BUCKETS = {2, 3, 4, 6, 8, 12, 18, 24};
    private static final int[] COUNTS = {40, 37, 33, 29, 25, 21, 19, 17, 15, 13, 12, 11, 10, 9, 8, 7};
    private static final int MOST_BLOCKS = 40;
    private static final int LONG_BLOCK = 8;
    private static final int LEAST_LONG_BLOCKS = 10;
    private static final int LOOK_BACK = 24 * FloorTrack.PER_HOUR;

    private static final double MOST_SCATTER = 0.06;
    private static final double MOST_FALL = 0.12;
    private static final double LEAST_BEYOND = 0.6;
    private static final double GOES_ON = 0.3;
    private static final int GOES_ON_BUCKETS = 5;

    /** Bends below this are segments of the allocator, whatever the growth. */
    private static final double LEAST_BEND = 3 * MIB;

    private static final double MOST_BEND_AFTER_PLATEAU = 0.015;
    private static final double MOST_BEND = 0.05;
    private static final double DAILY_HOURS = 24;
    private static final double STRAIGHTER_THAN_A_WAVE = 0.8;

    private static final double RHYTHM = 1.25;
    private static final double ACCELERATED = 1.5;
    private static final int LEAST_STEPS = 10;
    private static final double SURE = 1.2;
    private static final double LASTING_HOURS = 13;

    private final FloorTrack floors;
    private final GrowthOptions options;
    private final double[] hours = new double[MOST_BLOCKS];
    private final double[] values = new double[MOST_BLOCKS];

    GrowthSearch(FloorTrack floors, GrowthOptions options) {
        this.floors = floors;
        this.options = options;
    }

    /** The growth until the {@code last} bucket that speaks most for a leak; not before {@code usableFrom}. */
    Optional<GrowthSegment> search(long usableFrom, long last) {
        double least = floors.floor(Math.max(usableFrom, last - LOOK_BACK), last);
        if (!(floors.floor(last - 1, last) - least >= options.threshold() * 0.8)) {
            return Optional.empty();
        }
        GrowthSegment best = null;
        int shortest = Integer.MAX_VALUE;
        for (int length : BLOCK_BUCKETS) {
            GrowthSegment found = search(length, usableFrom, last);
            if (found != null) {
                shortest = Math.min(shortest, found.rhythmBuckets());
                best = best == null || found.outweighs(best) ? found : best;
            }
        }
        return best == null ? Optional.empty() : Optional.of(best.shownBy(shortest));
    }

    /** Whether the floors of the newest blocks have risen as the line says; so it is where they were not sampled. */
    boolean goesOn(StraightLine line, int blockBuckets, long last) {
        int span = Math.max(GOES_ON_BUCKETS, blockBuckets);
        double now = floors.floor(last - span + 1, last);
        double before = floors.floor(last - 2L * span + 1, last - span);
        if (floors.sampled(last - 2L * span + 1, last - span) < span / 2) {
            return true;
        }
        return !(now - before < GOES_ON * line.slope() * span / FloorTrack.PER_HOUR);
    }

    private GrowthSegment search(int length, long usableFrom, long last) {
        int blocks = blocks(length, usableFrom, last);
        GrowthSegment best = null;
        for (int count : COUNTS) {
            if (count <= blocks && (length <= LONG_BLOCK || count >= LEAST_LONG_BLOCKS)) {
                GrowthSegment segment = segment(length, blocks, count, usableFrom, last);
                best = segment != null && (best == null || segment.outweighs(best)) ? segment : best;
            }
        }
        return best;
    }

    /** Fills hours and values with the floors of whole blocks, oldest first; returns their number. */
    private int blocks(int length, long usableFrom, long last) {
        long start = Math.max(usableFrom, floors.oldest());
        int number = (int) Math.min(MOST_BLOCKS, (last - start + 1) / length);
        int filled = 0;
        for (int block = number - 1; block >= 0; block--) {
            long to = last - (long) block * length;
            double floor = floors.floor(to - length + 1, to);
            if (!Double.isNaN(floor)) {
                hours[filled] = (to - last) / (double) FloorTrack.PER_HOUR;
                values[filled++] = floor;
            }
        }
        return filled;
    }

    private GrowthSegment segment(int length, int blocks, int count, long usableFrom, long last) {
        int first = blocks - count;
        StraightLine line = StraightLine.through(hours, values, first, count);
        double gained = line.gained();
        if (gained < options.threshold()
                || line.scatter() > MOST_SCATTER * gained
                || line.fall() > MOST_FALL * gained) {
            return null;
        }
        long from = last + Math.round(hours[first] * FloorTrack.PER_HOUR) - length + 1;
        if (!beyondEverything(length, from, values[blocks - 1], line) || !goesOn(line, length, last)) {
            return null;
        }
        double span = hours[blocks - 1] - hours[first];
        double steps = steps(length, from, last);
        // few rises prove little: the fewer there are, the stronger they have to be
        double needed = 5 + 40.0 / (count - 2);
        boolean sure = line.drive() >= SURE * needed;
        int rhythm = Math.max(length, (int) Math.ceil(RHYTHM * (last - from + 1) / Math.max(1, steps)));
        boolean birth = from - usableFrom <= FloorTrack.PER_HOUR;
        boolean slows = !birth && slowsDown(from, usableFrom, values[first], line);
        boolean straight = !slows && line.bend() <= Math.max(LEAST_BEND, bendOfDailyWave(span) * gained);
        if (line.bend() <= Math.max(LEAST_BEND, MOST_BEND_AFTER_PLATEAU * gained)
                && line.drive() >= 4 + 24.0 / (count - 2)
                && steps >= (span < 6 ? 4 : 8)
                && plateauBefore(length, from, usableFrom, values[first], line)) {
            return new GrowthSegment(from, last, rhythm, count, line, Origin.PLATEAU, straight, sure);
        }
        if (line.drive() >= 5 && steps >= 8 && accelerates(first, count)) {
            return new GrowthSegment(from, last, rhythm, count, line, Origin.ACCELERATING, false, sure);
        }
        boolean lasting = span >= LASTING_HOURS && !slows && everyPartGrows(first, count);
        if (line.drive() < needed || steps < LEAST_STEPS || !(straight || lasting)) {
            return null;
        }
        return new GrowthSegment(from, last, rhythm, count, line, birth ? Origin.BIRTH : Origin.OTHER, straight, sure);
    }

    /** The bend of a sine of 24 hours in its straightest part: a cubic of h²/30 of the rise, for half an arc h. */
    private static double bendOfDailyWave(double spanHours) {
        double arc = Math.PI * spanHours / DAILY_HOURS;
        return Math.min(MOST_BEND, STRAIGHTER_THAN_A_WAVE * arc * arc / 30);
    }

    private boolean beyondEverything(int length, long from, double now, StraightLine line) {
        double highest = 0;
        for (long to = from - 1; to - length + 1 >= floors.oldest(); to -= length) {
            double floor = floors.floor(to - length + 1, to);
            highest = Double.isNaN(floor) ? highest : Math.max(highest, floor);
        }
        return now >= highest + LEAST_BEYOND * line.gained();
    }

    /** Whether memory grew faster before, as a curve does that levels off. */
    private boolean slowsDown(long from, long usableFrom, double start, StraightLine line) {
        long before = Math.max(usableFrom, from - 6 * FloorTrack.PER_HOUR);
        double floor = floors.floor(before, before + FloorTrack.PER_HOUR / 2);
        return start - floor > 1.1 * line.slope() * (from - before) / FloorTrack.PER_HOUR;
    }

    /** Every quarter, and the second half nearly as much as the first. */
    private boolean everyPartGrows(int from, int count) {
        double total = values[from + count - 1] - values[from];
        for (int quarter = 0; quarter < 4; quarter++) {
            double before = values[from + quarter * (count - 1) / 4];
            double after = values[from + (quarter + 1) * (count - 1) / 4];
            if (after - before < 0.12 * total) {
                return false;
            }
        }
        double half = values[from + (count - 1) / 2] - values[from];
        return total - half >= 0.8 * half;
    }

    /** More than the parabola after the trough of a wave: each quarter brings half as much again as the one before. */
    private boolean accelerates(int from, int count) {
        double earlier = Double.NaN;
        for (int quarter = 0; quarter < 4; quarter++) {
            double gained = values[from + (quarter + 1) * (count - 1) / 4] - values[from + quarter * (count - 1) / 4];
            if (quarter > 0 && !(gained >= ACCELERATED * earlier && gained <= 2.2 * earlier)) {
                return false;
            }
            earlier = gained;
        }
        return earlier > 0;
    }

    private boolean plateauBefore(int length, long from, long usableFrom, double start, StraightLine line) {
        long oldest = Math.max(usableFrom, from - 2 * FloorTrack.PER_HOUR);
        long newest = from - FloorTrack.PER_HOUR / 2;
        if (newest - oldest < FloorTrack.PER_HOUR / 2) {
            return false;
        }
        double before = floors.floor(oldest, newest);
        return start - before <= 0.25 * line.slope() * (from - oldest) / FloorTrack.PER_HOUR
                && beginsAtOnce(length, from, usableFrom, line);
    }

    /** Not little by little, as after the trough of a wave. */
    private boolean beginsAtOnce(int length, long from, long usableFrom, StraightLine line) {
        long third = Math.max((floors.newest() - from) / 3, FloorTrack.PER_HOUR / 2);
        double start = floors.floor(from, from + length - 1);
        double later = floors.floor(from + third, from + third + length - 1);
        double after = Double.isNaN(later) ? line.slope() * third / FloorTrack.PER_HOUR : later - start;
        long earlier = Math.max(usableFrom, from - third - length + 1);
        double before = start - floors.floor(earlier, earlier + length - 1);
        return before <= 0.15 * after * (from - earlier) / third + line.scatter();
    }

    /** In how many equal steps the level rose below which memory did not fall again. */
    private double steps(int length, long from, long last) {
        double level = floors.floor(last - length + 1, last);
        double sum = 0;
        double squares = 0;
        for (long bucket = last - length; bucket >= from; bucket--) {
            double floor = floors.floor(bucket, bucket);
            if (floor < level) {
                sum += level - floor;
                squares += (level - floor) * (level - floor);
                level = floor;
            }
        }
        return squares == 0 ? 0 : sum * sum / squares;
    }
}
