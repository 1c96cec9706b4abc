package dev.gpudiag.checks.memory;

import java.nio.ByteBuffer;

/**
 * Growth that goes on until now.
 *
 * @param from first bucket of the growth
 * @param to last bucket
 * @param blockBuckets length of the shortest blocks whose floors show growth
 * @param blocks number of floors that the line goes through
 * @param line through the floors, in bytes and hours
 * @param origin what was before it
 * @param steady whether it is straighter than the straightest part of a daily wave
 * @param sure whether chance is out of the question
 */
record GrowthSegment(
        long from,
        long to,
        int blockBuckets,
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

    private static final double FROM_THE_MIDDLE_HOURS = 8;
    private static final double AFTER_PLATEAU_LIKELY_HOURS = 2.4;
    private static final double AFTER_PLATEAU_CONFIRMED_HOURS = 6.5;

    /** What was before the growth. */
    enum Origin {
        /** The end of the warm-up, give or take an hour. */
        BIRTH,
        /** At least an hour without growth, and then growth at once. */
        PLATEAU,
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
        return steady ? GrowthShape.STEADY_GROWTH : GrowthShape.LASTING_GROWTH;
    }

    /** Speaks more for a leak than the other one. */
    boolean outweighs(GrowthSegment other) {
        int levels = level().compareTo(other.level());
        return levels != 0 ? levels > 0 : hours() > other.hours();
    }

    GrowthSegment shownBy(int shorterBlock) {
        return new GrowthSegment(from, to, shorterBlock, blocks, line, origin, steady, sure);
    }

    /** The slope and its 90 % interval, from the scatter around the line. */
    GrowthSlope slope() {
        double error = 1.645 * line.scatter() * Math.sqrt(12.0 / blocks) / hours();
        return new GrowthSlope(line.slope(), line.slope() - error, line.slope() + error);
    }

    void write(ByteBuffer out) {
        out.putLong(from).putLong(to).putInt(blockBuckets).putInt(blocks);
        out.putDouble(line.gained()).putDouble(line.slope()).putDouble(line.bend());
        out.putDouble(line.scatter()).putDouble(line.fall()).putDouble(line.drive());
        out.put((byte) (origin == Origin.BIRTH ? 0 : origin == Origin.PLATEAU ? 1 : 2));
        out.put((byte) (steady ? 1 : 0)).put((byte) (sure ? 1 : 0));
    }

    static GrowthSegment read(ByteBuffer in) {
        long from = in.getLong();
        long to = in.getLong();
        int blockBuckets = in.getInt();
        int blocks = in.getInt();
        if (from < 0 || to < from || to > FloorTrack.LAST_BUCKET || blocks < 1 || blockBuckets < 1) {
            throw new IllegalArgumentException("growth out of range");
        }
        StraightLine line = new StraightLine(
                in.getDouble(), in.getDouble(), in.getDouble(), in.getDouble(), in.getDouble(), in.getDouble());
        byte origin = in.get();
        return new GrowthSegment(
                from,
                to,
                Math.min(blockBuckets, FloorTrack.CAPACITY),
                blocks,
                line,
                origin == 0 ? Origin.BIRTH : origin == 1 ? Origin.PLATEAU : Origin.OTHER,
                in.get() == 1,
                in.get() == 1);
    }
}
