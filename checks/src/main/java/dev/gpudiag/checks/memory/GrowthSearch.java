package dev.gpudiag.checks.memory;

import java.util.Optional;

/**
 * Looks for growth that goes on until now, in the floors of blocks of several lengths.
 *
 * <p>The floor of a block ignores a sawtooth and peaks within it; a block that is too short for the program's own cycle
 * shows scatter, and a longer one is taken. Growth must be straighter than the straightest part of a daily wave, be made
 * of many steps, never fall back, and go beyond anything that was reached before it.
 */
final class GrowthSearch {

    private static final double MIB = 1 << 20;
    private static final int[] BLOCK_BUCKETS = {2, 3, 4, 6, 8, 12, 18, 24};
    private static final int[] COUNTS = {40, 36, 32, 28, 24, 20, 18, 16, 14, 12, 11, 10, 9, 8, 7};
    private static final int MOST_BLOCKS = 40;

    private final FloorTrack floors;
    private final GrowthOptions options;
    private final double[] hours = new double[MOST_BLOCKS];
    private final double[] values = new double[MOST_BLOCKS];

    /**
     * Growth that was found.
     *
     * @param from first bucket of the growth
     * @param to last bucket
     * @param blockBuckets length of the blocks whose floors show it
     * @param blocks number of those blocks
     * @param line through their floors, in bytes and hours
     * @param plateauBefore whether memory stayed level before it
     * @param sinceBirth whether it goes back to the end of the warm-up
     */
    record Segment(
            long from,
            long to,
            int blockBuckets,
            int blocks,
            StraightLine line,
            boolean plateauBefore,
            boolean sinceBirth,
            boolean steady) {

        double hours() {
            return (to - from + 1) / (double) FloorTrack.PER_HOUR;
        }
    }

    GrowthSearch(FloorTrack floors, GrowthOptions options) {
        this.floors = floors;
        this.options = options;
    }

    /** The growth until the {@code last} bucket that speaks most for a leak. */
    Optional<Segment> search(long usableFrom, long last) {
        double least = floors.floor(Math.max(usableFrom, last - 24 * FloorTrack.PER_HOUR), last);
        if (!(floors.floor(last - 1, last) - least >= options.threshold() * 0.8)) {
            return Optional.empty();
        }
        Segment best = null;
        for (int length : BLOCK_BUCKETS) {
            Segment found = search(length, usableFrom, last);
            if (found != null && (best == null || better(found, best))) {
                best = found;
            }
        }
        return Optional.ofNullable(best);
    }

    static GrowthLevel level(Segment segment) {
        double hours = segment.hours();
        if (segment.plateauBefore()) {
            return hours >= 6.5 ? GrowthLevel.CONFIRMED : hours >= 2 ? GrowthLevel.LIKELY : GrowthLevel.SUSPECT;
        }
        if (!segment.steady()) {
            return hours >= 18 ? GrowthLevel.CONFIRMED : hours >= 14 ? GrowthLevel.LIKELY : GrowthLevel.NONE;
        }
        if (hours >= 14) {
            return GrowthLevel.CONFIRMED;
        }
        return hours >= (segment.sinceBirth() ? 4.8 : 8) ? GrowthLevel.LIKELY : GrowthLevel.SUSPECT;
    }

    private static boolean better(Segment one, Segment other) {
        int levels = level(one).compareTo(level(other));
        return levels != 0 ? levels > 0 : one.hours() > other.hours();
    }

    private Segment search(int length, long usableFrom, long last) {
        int blocks = blocks(length, usableFrom, last);
        Segment best = null;
        for (int count : COUNTS) {
            if (count > blocks) {
                continue;
            }
            Segment segment = segment(length, blocks, count, usableFrom, last);
            if (segment != null && (best == null || better(segment, best))) {
                best = segment;
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

    private Segment segment(int length, int blocks, int count, long usableFrom, long last) {
        StraightLine line = StraightLine.through(hours, values, blocks - count, count);
        double span = hours[blocks - 1] - hours[blocks - count];
        if (line.gained() < options.threshold()
                || line.scatter() > 0.08 * line.gained()
                || line.fall() > 0.12 * line.gained()) {
            return null;
        }
        long from = last + Math.round(hours[blocks - count] * FloorTrack.PER_HOUR) - length + 1;
        if (!beyondEverything(length, from, values[blocks - 1], line)) {
            return null;
        }
        if (rises(from, last, line.gained()) < 5) {
            return null;
        }
        boolean plateau = plateauBefore(from, usableFrom, values[blocks - count], line);
        boolean birth = from - usableFrom <= FloorTrack.PER_HOUR;
        double half = Math.PI * span / 24;
        boolean steady = line.bend() <= Math.max(8 * MIB, 0.8 * half * half / 30 * line.gained());
        if (steady || (plateau && line.bend() <= 0.06 * line.gained())) {
            return new Segment(from, last, length, count, line, plateau, birth, steady);
        }
        if (span >= 13 && everyQuarterGrows(blocks - count, count)) {
            return new Segment(from, last, length, count, line, false, birth, false);
        }
        return null;
    }

    private boolean everyQuarterGrows(int from, int count) {
        double total = values[from + count - 1] - values[from];
        for (int quarter = 0; quarter < 4; quarter++) {
            double before = values[from + quarter * (count - 1) / 4];
            double after = values[from + (quarter + 1) * (count - 1) / 4];
            if (after - before < 0.12 * total) {
                return false;
            }
        }
        return true;
    }

    private boolean beyondEverything(int length, long from, double now, StraightLine line) {
        double highest = 0;
        for (long to = from - 1; to - length + 1 >= floors.oldest(); to -= length) {
            double floor = floors.floor(to - length + 1, to);
            highest = Double.isNaN(floor) ? highest : Math.max(highest, floor);
        }
        return now >= highest + 0.6 * line.gained();
    }

    private boolean plateauBefore(long from, long usableFrom, double start, StraightLine line) {
        long oldest = Math.max(usableFrom, from - 2 * FloorTrack.PER_HOUR);
        long newest = from - FloorTrack.PER_HOUR / 2;
        if (newest - oldest < FloorTrack.PER_HOUR / 2) {
            return false;
        }
        double before = floors.floor(oldest, newest);
        double spanHours = (from - oldest) / (double) FloorTrack.PER_HOUR;
        return start - before <= 0.25 * line.slope() * spanHours;
    }

    /** Number of rises of the level below which memory did not fall again; 0 where one rise is most of the growth. */
    private int rises(long from, long last, double gained) {
        double level = Double.NaN;
        int rises = 0;
        double largest = 0;
        for (long bucket = last; bucket >= from; bucket--) {
            double floor = floors.floor(bucket, bucket);
            if (Double.isNaN(floor)) {
                continue;
            }
            if (Double.isNaN(level)) {
                level = floor;
            } else if (floor < level) {
                rises++;
                largest = Math.max(largest, level - floor);
                level = floor;
            }
        }
        return largest > 0.35 * gained ? 0 : rises;
    }
}
