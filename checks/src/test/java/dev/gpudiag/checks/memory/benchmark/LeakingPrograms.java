package dev.gpudiag.checks.memory.benchmark;

import static dev.gpudiag.checks.memory.benchmark.Program.leaking;
import static dev.gpudiag.checks.memory.benchmark.Shapes.line;
import static dev.gpudiag.checks.memory.benchmark.Shapes.noise;
import static dev.gpudiag.checks.memory.benchmark.Shapes.sawtooth;
import static dev.gpudiag.checks.memory.benchmark.Shapes.started;
import static dev.gpudiag.checks.memory.benchmark.Shapes.wave;

import dev.gpudiag.checks.memory.benchmark.Program.Goal;
import dev.gpudiag.checks.memory.benchmark.Program.Run;
import dev.gpudiag.checks.memory.benchmark.Program.Sampling;
import java.util.List;

/** Programs that leak. */
final class LeakingPrograms {

    private static final double NEVER = Double.POSITIVE_INFINITY;
    private static final Goal AFTER_PLATEAU = new Goal(3, 8);
    private static final Goal FROM_BIRTH = new Goal(6, NEVER);
    private static final Goal SLOW = new Goal(24, NEVER);

    private LeakingPrograms() {}

    static List<Program> all() {
        return List.of(
                leaking(
                        "60-6000 MiB/h after a plateau",
                        20,
                        AFTER_PLATEAU,
                        d -> afterPlateau(d, d.logarithmic(60, 6000), busy(d))),
                leaking(
                        "60-6000 MiB/h from birth",
                        16,
                        FROM_BIRTH,
                        d -> fromBirth(d, d.logarithmic(60, 6000), busy(d))),
                leaking("60 MiB/h after a plateau, quiet", 20, AFTER_PLATEAU, d -> afterPlateau(d, 60, noise(d, 4))),
                leaking("60 MiB/h from birth, quiet", 16, FROM_BIRTH, d -> fromBirth(d, 60, noise(d, 4))),
                leaking("30 MiB/h after a plateau", 40, SLOW, d -> afterPlateau(d, 30, busy(d))),
                leaking("10 MiB/h after a plateau", 40, SLOW, d -> afterPlateau(d, 10, busy(d))),
                leaking("10 MiB/h from birth", 40, SLOW, d -> fromBirth(d, 10, busy(d))),
                leaking("10 MiB/h after a plateau, quiet", 40, SLOW, d -> afterPlateau(d, 10, noise(d, 4))),
                leaking("stops after 9 h", 24, AFTER_PLATEAU, LeakingPrograms::stopping),
                leaking("segments of 64-512 MiB", 40, SLOW, d -> {
                    double from = d.uniform(2, 8);
                    Trace trace = started(d).plus(line(from, 40, d.logarithmic(60, 1000)));
                    return Run.leak(trace.inSegmentsOf(d.oneOf(64, 128, 256, 512)), from);
                }),
                leaking("200 MiB every hour", 40, SLOW, LeakingPrograms::hourly),
                leaking("per request, at random", 24, new Goal(NEVER, NEVER), LeakingPrograms::perRequest),
                leaking("follows a daily load, never falls", 48, Goal.NONE, d -> followingLoad(d, false)),
                leaking("pauses at night", 48, Goal.NONE, d -> followingLoad(d, true)),
                leaking("under a daily wave", 48, Goal.NONE, LeakingPrograms::underWave),
                leaking("20-100 MiB/h under a sawtooth of 1-4 h", 48, Goal.NONE, LeakingPrograms::underSawtooth),
                leaking("accelerates: doubles in 2-8 h", 30, Goal.NONE, LeakingPrograms::accelerating),
                leaking("after a warm-up of hours (tau 40-120 min)", 30, Goal.NONE, LeakingPrograms::afterWarmUp),
                leaking(
                        "sampled every 5 min",
                        20,
                        AFTER_PLATEAU,
                        d -> afterPlateau(d, d.logarithmic(60, 6000), noise(d, 20))
                                .sampled(new Sampling(300, 0, 0))),
                leaking(
                        "sampled every 5 s",
                        16,
                        AFTER_PLATEAU,
                        d -> afterPlateau(d, d.logarithmic(60, 6000), busy(d)).sampled(new Sampling(5, 0, 0))),
                leaking(
                        "30 % of samples missing, 2 h without the agent",
                        24,
                        new Goal(NEVER, 10),
                        d -> afterPlateau(d, d.logarithmic(60, 6000), busy(d)).sampled(new Sampling(30, 0.3, 2))));
    }

    /** What goes on beside the leak: a sawtooth of 0.1 to 3 GiB and 1 to 40 minutes. */
    private static Trace busy(Draw draw) {
        return sawtooth(draw, draw.logarithmic(100, 3000), draw.logarithmic(1, 40) / 60, draw.uniform(0, 0.3));
    }

    private static Run afterPlateau(Draw draw, double perHour, Trace beside) {
        double from = draw.uniform(2, 10);
        Trace leak = started(draw).plus(line(from, NEVER, perHour)).inSegmentsOf(draw.oneOf(2, 20));
        return Run.leak(leak.plus(beside), from);
    }

    private static Run fromBirth(Draw draw, double perHour, Trace beside) {
        Trace leak = started(draw).plus(line(0, NEVER, perHour)).inSegmentsOf(draw.oneOf(2, 20));
        return Run.leak(leak.plus(beside), 0);
    }

    private static Run stopping(Draw draw) {
        double from = draw.uniform(2, 8);
        Trace leak = started(draw)
                .plus(line(from, from + 9, draw.logarithmic(60, 4000)))
                .inSegmentsOf(draw.oneOf(2, 20));
        return Run.leak(leak.plus(busy(draw)), from).until(from + 9);
    }

    private static Run hourly(Draw draw) {
        double from = draw.uniform(2, 8);
        return Run.leak(started(draw).plus(hour -> 200 * Math.max(0, Math.floor(hour - from))), from);
    }

    private static Run perRequest(Draw draw) {
        double from = draw.uniform(2, 8);
        double perHour = draw.logarithmic(60, 2000);
        double each = draw.logarithmic(2, perHour / 6);
        double[] leaked = {0, from};
        Trace leak = hour -> {
            while (hour >= leaked[1]) {
                leaked[0] += each;
                leaked[1] += draw.exponential(each / perHour);
            }
            return leaked[0];
        };
        return Run.leak(started(draw).plus(leak).inSegmentsOf(2).plus(noise(draw, 20)), from);
    }

    private static Run followingLoad(Draw draw, boolean pauses) {
        double perHour = draw.logarithmic(60, 1000);
        double phase = draw.uniform(0, 2 * Math.PI);
        double[] leaked = {0, 0};
        Trace leak = hour -> {
            double load = 1 + Math.sin(phase + 2 * Math.PI * hour / 24);
            leaked[0] += (pauses && load < 0.5 ? 0 : load) * perHour * (hour - leaked[1]);
            leaked[1] = hour;
            return leaked[0];
        };
        return Run.leak(started(draw).plus(leak).inSegmentsOf(20).plus(noise(draw, 20)), 0);
    }

    private static Run underWave(Draw draw) {
        double perHour = draw.logarithmic(60, 600);
        Trace trace = started(draw)
                .plus(wave(draw, draw.logarithmic(300, 4000), 24))
                .plus(line(0, NEVER, perHour).inSegmentsOf(20));
        return Run.leak(trace.plus(noise(draw, 20)), 0);
    }

    private static Run underSawtooth(Draw draw) {
        double from = draw.uniform(6, 10);
        Trace beside = sawtooth(draw, draw.logarithmic(500, 4000), draw.uniform(1, 4), 0.2);
        return Run.leak(
                started(draw)
                        .plus(line(from, NEVER, draw.logarithmic(20, 100)).inSegmentsOf(20))
                        .plus(beside),
                from);
    }

    private static Run accelerating(Draw draw) {
        double from = draw.uniform(1, 6);
        double doubling = draw.uniform(2, 8);
        double first = draw.logarithmic(10, 60);
        Trace leak = hour -> hour < from ? 0 : first * doubling * (Math.pow(2, (hour - from) / doubling) - 1);
        return Run.leak(started(draw).plus(leak).inSegmentsOf(2).plus(noise(draw, 10)), from);
    }

    private static Run afterWarmUp(Draw draw) {
        Trace warm = Shapes.warmUp(draw.logarithmic(1000, 20_000), draw.uniform(0.67, 2));
        return Run.leak(
                started(draw)
                        .plus(warm)
                        .plus(line(0, NEVER, draw.logarithmic(60, 1000)))
                        .inSegmentsOf(20),
                0);
    }
}
