package dev.gpudiag.checks.memory;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Growth that goes on until now.
 *
 * @param from first bucket of the growth
 * @param to last bucket
 * @param rhythmBuckets time in which growth is to be seen, for it comes in steps and under a cycle
 * @param blocks number of floors that the line goes through
 * @param line through the floors, in bytes and hours
 * @param origin what was before it
 * @param steady whether it is straighter than the straightest part of a daily wave
 * @param sure whether chance is out of the question
 */
record GrowthSegment(
        long from,
        long to,
        int rhythmBuckets,
        int blocks,
        StraightLine line,
        Origin origin,
        boolean steady,
        boolean sure) {

    /** Half of a day's load rises for twelve hours at most, and its begin and end are not straight. */
    private static final double OUTLASTS_A_DAILY_WAVE_HOURS = 14;

    private static final double LASTING_CONFIRMED_HOURS = 18;

    /** Caches fill for four hours; what still grows as straight an hour later is not one of them. */
    private static final double OUTLASTS_A_CACHE_HOURS = 4.8;

    private static final double ACCELERATING_LIKELY_HOURS = 5.5;
    private static final double FROM_THE_MIDDLE_HOURS = 8;
    private static final double AFTER_PLATEAU_LIKELY_HOURS = 2.4;
    private static final double AFTER_PLATEAU_CONFIRMED_HOURS = 6.5;

    private static final List<Origin> ORIGINS =
            List.of(Origin.BIRTH, Origin.PLATEAU, Origin.OTHER, Origin.ACCELERATING);

    /** What was before the growth. */
    enum Origin {
        /** The end of the warm-up, give or take an hour. */
        BIRTH,
        /** At least an hour without growth, and then growth at once. */
        PLATEAU,
        /** Growth that becomes faster and faster, more than a wave does after its trough. */
        ACCELERATING,
        /** Growth of another shape, or falls. */
        OTHER
    }

    double hours() {
        return (to - from + 1) / (double) FloorTrack.PER_HOUR;
    }

    GrowthLevel level() {
        GrowthLevel level = levelByTime();
        return level == GrowthLevel.CONFIRMED && !sure ? GrowthLevel.LIKELY : level;
    }

    private GrowthLevel levelByTime() {
        double hours = hours();
        if (origin == Origin.PLATEAU) {
            return hours >= AFTER_PLATEAU_CONFIRMED_HOURS
                    ? GrowthLevel.CONFIRMED
                    : hours >= AFTER_PLATEAU_LIKELY_HOURS ? GrowthLevel.LIKELY : GrowthLevel.SUSPECT;
        }
        if (origin == Origin.ACCELERATING) {
            return hours >= OUTLASTS_A_DAILY_WAVE_HOURS
                    ? GrowthLevel.CONFIRMED
                    : hours >= ACCELERATING_LIKELY_HOURS ? GrowthLevel.LIKELY : GrowthLevel.SUSPECT;
        }
        if (!steady) {
            return hours >= LASTING_CONFIRMED_HOURS
                    ? GrowthLevel.CONFIRMED
                    : hours >= OUTLASTS_A_DAILY_WAVE_HOURS ? GrowthLevel.LIKELY : GrowthLevel.NONE;
        }
        if (hours >= OUTLASTS_A_DAILY_WAVE_HOURS) {
            return GrowthLevel.CONFIRMED;
        }
        double likely = origin == Origin.BIRTH ? OUTLASTS_A_CACHE_HOURS : FROM_THE_MIDDLE_HOURS;
        return hours >= likely ? GrowthLevel.LIKELY : GrowthLevel.SUSPECT;
    }

    GrowthShape shape() {
        if (origin == Origin.PLATEAU) {
            return GrowthShape.GROWTH_AFTER_PLATEAU;
        }
        if (origin == Origin.ACCELERATING) {
            return GrowthShape.ACCELERATING_GROWTH;
        }
        return steady ? GrowthShape.STEADY_GROWTH : GrowthShape.LASTING_GROWTH;
    }

    /** Speaks more for a leak than the other one. */
    boolean outweighs(GrowthSegment other) {
        int levels = level().compareTo(other.level());
        return levels != 0 ? levels > 0 : hours() > other.hours();
    }

    GrowthSegment shownBy(int shorterRhythm) {
        return new GrowthSegment(from, to, shorterRhythm, blocks, line, origin, steady, sure);
    }

    /** The slope and its 90 % interval, from the scatter around the line. */
    GrowthSlope slope() {
        double error = 1.645 * line.scatter() * Math.sqrt(12.0 / blocks) / hours();
        return new GrowthSlope(line.slope(), line.slope() - error, line.slope() + error);
    }

    void write(ByteBuffer out) {
        out.putLong(from).putLong(to).putInt(rhythmBuckets).putInt(blocks);
        out.putDouble(line.gained()).putDouble(line.slope()).putDouble(line.bend());
        out.putDouble(line.scatter()).putDouble(line.fall()).putDouble(line.drive());
        out.put((byte) ORIGINS.indexOf(origin));
        out.put((byte) (steady ? 1 : 0)).put((byte) (sure ? 1 : 0));
    }

    static GrowthSegment read(ByteBuffer in) {
        long from = in.getLong();
        long to = in.getLong();
        int rhythmBuckets = in.getInt();
        int blocks = in.getInt();
        if (from < 0 || to < from || to > FloorTrack.LAST_BUCKET || blocks < 1 || rhythmBuckets < 1) {
            throw new IllegalArgumentException("growth out of range");
        }
        StraightLine line = new StraightLine(
                in.getDouble(), in.getDouble(), in.getDouble(), in.getDouble(), in.getDouble(), in.getDouble());
        byte origin = in.get();
        return new GrowthSegment(
                from,
                to,
                Math.min(rhythmBuckets, FloorTrack.CAPACITY),
                blocks,
                line,
                ORIGINS.get(origin),
                in.get() == 1,
                in.get() == 1);
    }
}
