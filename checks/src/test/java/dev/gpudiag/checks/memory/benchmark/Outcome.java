package dev.gpudiag.checks.memory.benchmark;

import dev.gpudiag.checks.memory.GrowthDetector;
import dev.gpudiag.checks.memory.GrowthEvent;
import dev.gpudiag.checks.memory.GrowthLevel;
import dev.gpudiag.checks.memory.GrowthOptions;
import dev.gpudiag.checks.memory.benchmark.Program.Run;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What came of one run, in hours; not a number where it never came.
 *
 * @param suspect first time of a level, from the begin of the leak, or of the run where there is no leak
 * @param likely first time of likely or more
 * @param confirmed first time of confirmed
 * @param cleared from the end of the leak to the level's end
 * @param falseAlarm likely before the leak began
 * @param over first alert of the baseline on use
 * @param trend first alert of the baseline on the trend
 */
record Outcome(
        double suspect,
        double likely,
        double confirmed,
        double cleared,
        boolean falseAlarm,
        double over,
        double trend) {

    static final double DEVICE_MIB = 141 * 1024;

    private static final Instant BIRTH = Instant.parse("2026-11-23T03:07:00Z");
    private static final long MIB = 1 << 20;

    static Outcome of(Program program, long seed) {
        Draw draw = new Draw(seed * 1_000_003 + program.name().hashCode());
        Run run = program.drawn().apply(draw);
        GrowthDetector detector =
                new GrowthDetector(GrowthOptions.standard().startedAt(BIRTH).deviceBytes((long) (DEVICE_MIB * MIB)));
        Baselines baselines = new Baselines(DEVICE_MIB);
        double gapFrom = program.hours() / 2;
        double step = run.sampling().seconds() / 3600;
        for (double hour = draw.uniform(0, step); hour < program.hours(); hour += step) {
            double mib = Math.min(run.trace().mib(hour), DEVICE_MIB);
            boolean gap = hour >= gapFrom && hour < gapFrom + run.sampling().gapHours();
            if (gap || draw.chance(run.sampling().missing())) {
                continue;
            }
            detector.add(BIRTH.plusMillis((long) (hour * 3_600_000)), (long) (mib * MIB));
            baselines.add(hour, mib);
        }
        return of(program, run, detector.verdict().events(), baselines);
    }

    private static Outcome of(Program program, Run run, List<GrowthEvent> events, Baselines baselines) {
        double begin = program.leaks() ? run.leakFrom() : 0;
        double cleared = Double.NaN;
        double falseAlarm = first(events, GrowthLevel.LIKELY, Double.NEGATIVE_INFINITY);
        for (GrowthEvent event : events) {
            if (event.level() == GrowthLevel.NONE && hour(event) >= run.leakTo() && Double.isNaN(cleared)) {
                cleared = hour(event) - run.leakTo();
            }
        }
        return new Outcome(
                first(events, GrowthLevel.SUSPECT, begin) - begin,
                first(events, GrowthLevel.LIKELY, begin) - begin,
                first(events, GrowthLevel.CONFIRMED, begin) - begin,
                cleared,
                program.leaks() && falseAlarm < begin,
                baselines.overAt - begin,
                baselines.trendAt - begin);
    }

    private static double first(List<GrowthEvent> events, GrowthLevel level, double from) {
        return events.stream()
                .filter(event -> event.level().compareTo(level) >= 0)
                .mapToDouble(Outcome::hour)
                .filter(hour -> hour >= from)
                .findFirst()
                .orElse(Double.NaN);
    }

    private static double hour(GrowthEvent event) {
        return Duration.between(BIRTH, event.at()).toMillis() / 3_600_000.0;
    }
}
