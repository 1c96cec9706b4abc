package dev.gpudiag.checks.memory.benchmark;

import static dev.gpudiag.checks.memory.benchmark.Shapes.line;
import static dev.gpudiag.checks.memory.benchmark.Shapes.noise;
import static dev.gpudiag.checks.memory.benchmark.Shapes.sawtooth;
import static dev.gpudiag.checks.memory.benchmark.Shapes.started;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.memory.GrowthDetector;
import dev.gpudiag.checks.memory.GrowthEvent;
import dev.gpudiag.checks.memory.GrowthLevel;
import dev.gpudiag.checks.memory.GrowthOptions;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A leak of 7 hours, then 6 hours that are level: the level is cleared once, and does not come and go. */
class LevellingOffTest {

    private static final Instant BIRTH = Instant.parse("2026-11-23T03:07:00Z");
    private static final long MIB = 1 << 20;
    private static final int SEEDS = 40;
    private static final double LEAKS = 7;
    private static final double LEVEL = 6;

    @ParameterizedTest
    @CsvSource({"60, 0", "150, 0", "300, 0", "600, 0", "60, 2", "150, 2", "300, 2", "600, 2"})
    void aLeakThatStoppedIsClearedOnceAndNotRaisedAgain(double perHour, double from) {
        List<List<GrowthEvent>> runs = IntStream.range(0, 2 * SEEDS)
                .parallel()
                .mapToObj(seed -> run(perHour, from, seed))
                .toList();

        Instant stopped = BIRTH.plusSeconds((long) ((from + LEAKS) * 3600));
        assertThat(runs).anyMatch(events -> events.stream().anyMatch(LevellingOffTest::isLikely));
        for (int seed = 0; seed < runs.size(); seed++) {
            List<GrowthEvent> after = runs.get(seed).stream()
                    .filter(event -> event.at().isAfter(stopped))
                    .dropWhile(event -> event.level() != GrowthLevel.NONE)
                    .toList();
            String run = "seed " + seed + ": " + runs.get(seed);

            assertThat(after).as(run).noneMatch(LevellingOffTest::isLikely);
            assertThat(after)
                    .as(run)
                    .filteredOn(event -> event.level() == GrowthLevel.NONE)
                    .hasSizeLessThanOrEqualTo(1);
            if (!runs.get(seed).isEmpty()) {
                assertThat(runs.get(seed).getLast().level()).as(run).isEqualTo(GrowthLevel.NONE);
            }
        }
    }

    private static boolean isLikely(GrowthEvent event) {
        return event.level().compareTo(GrowthLevel.LIKELY) >= 0;
    }

    /** Beside a sawtooth of a load for an even seed, beside noise for an odd one. */
    private static List<GrowthEvent> run(double perHour, double from, int seed) {
        Draw draw = new Draw(seed / 2 * 7919L + 31);
        Trace leak = started(draw).plus(line(from, from + LEAKS, perHour)).inSegmentsOf(2);
        Trace trace = leak.plus(
                seed % 2 == 0
                        ? sawtooth(
                                draw, draw.logarithmic(100, 3000), draw.logarithmic(1, 40) / 60, draw.uniform(0, 0.3))
                        : noise(draw, 20));
        GrowthDetector detector =
                new GrowthDetector(GrowthOptions.standard().startedAt(BIRTH).deviceBytes(141L << 30));
        double step = 30.0 / 3600;
        for (double hour = draw.uniform(0, step); hour < from + LEAKS + LEVEL; hour += step) {
            detector.add(BIRTH.plusMillis((long) (hour * 3_600_000)), (long) (trace.mib(hour) * MIB));
        }
        return detector.verdict().events();
    }
}
