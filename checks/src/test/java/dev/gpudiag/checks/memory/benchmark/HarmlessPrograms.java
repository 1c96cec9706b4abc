package dev.gpudiag.checks.memory.benchmark;

import static dev.gpudiag.checks.memory.benchmark.Program.harmless;
import static dev.gpudiag.checks.memory.benchmark.Shapes.demands;
import static dev.gpudiag.checks.memory.benchmark.Shapes.flat;
import static dev.gpudiag.checks.memory.benchmark.Shapes.line;
import static dev.gpudiag.checks.memory.benchmark.Shapes.loads;
import static dev.gpudiag.checks.memory.benchmark.Shapes.noise;
import static dev.gpudiag.checks.memory.benchmark.Shapes.phases;
import static dev.gpudiag.checks.memory.benchmark.Shapes.randomWalk;
import static dev.gpudiag.checks.memory.benchmark.Shapes.sawtooth;
import static dev.gpudiag.checks.memory.benchmark.Shapes.started;
import static dev.gpudiag.checks.memory.benchmark.Shapes.steps;
import static dev.gpudiag.checks.memory.benchmark.Shapes.wandering;
import static dev.gpudiag.checks.memory.benchmark.Shapes.warmUp;
import static dev.gpudiag.checks.memory.benchmark.Shapes.wave;
import static dev.gpudiag.checks.memory.benchmark.Shapes.workingDays;

import java.util.List;

/** Programs that do not leak, 48 hours each. */
final class HarmlessPrograms {

    /** What no trend tells from a leak on its first day: growth for hours, at once, after hours without. */
    static final List<String> LOOKS_LIKE_A_LEAK =
            List.of("working days: level nights, ramps of 3-4 h", "daily wave, kept by a caching allocator");

    private HarmlessPrograms() {}

    static List<Program> all() {
        return List.of(
                harmless(
                        "plateau after warm-up (tau 3-40 min)",
                        d -> warmUp(d.logarithmic(2048, 40_960), d.uniform(0.05, 0.67))
                                .plus(noise(d, d.logarithmic(1, 50)))
                                .inSegmentsOf(2)),
                harmless(
                        "plateau and 2-6 rare high-water steps",
                        d -> started(d)
                                .plus(steps(d, d.count(2, 6), 0.5, 48, 64, 4096))
                                .inSegmentsOf(2)),
                harmless(
                        "sawtooth of 1-40 min",
                        d -> started(d)
                                .plus(sawtooth(
                                        d, d.logarithmic(100, 6000), d.logarithmic(1, 40) / 60, d.uniform(0, 0.3)))),
                harmless(
                        "sawtooth of 60-240 min",
                        d -> started(d)
                                .plus(sawtooth(d, d.logarithmic(300, 20_000), d.uniform(1, 4), d.uniform(0, 0.3)))),
                harmless("1-3 steps, then flat", d -> started(d).plus(steps(d, d.count(1, 3), 0.5, 12, 64, 10_000))),
                harmless(
                        "KV cache that saturates (tau 40-180 min)",
                        d -> started(d)
                                .plus(warmUp(d.logarithmic(1000, 30_000), d.uniform(0.67, 3)))
                                .plus(noise(d, d.logarithmic(1, 60)))),
                harmless(
                        "KV cache that fills in 1-4 h, then flat",
                        d -> started(d)
                                .plus(line(0, d.uniform(1, 4), d.logarithmic(200, 10_000)))
                                .plus(noise(d, d.logarithmic(1, 60)))),
                harmless(
                        "training with evaluation phases",
                        d -> started(d)
                                .plus(phases(d, d.logarithmic(200, 8000), d.uniform(0.3, 4), d.uniform(0.05, 0.4)))
                                .plus(noise(d, d.logarithmic(1, 100)))),
                harmless("checkpoints and gathering at the end of epochs", HarmlessPrograms::checkpoints),
                harmless("pid reused without a reset", HarmlessPrograms::reused),
                harmless(
                        "load that wanders (5 min - 4 h)",
                        d -> started(d).plus(wandering(d, d.logarithmic(50, 3000), d.logarithmic(0.08, 4)))),
                harmless("random walk", d -> started(d).plus(randomWalk(d, d.logarithmic(20, 1500)))),
                harmless(
                        "models loaded every 20-60 min, 3-12 at once",
                        d -> started(d).plus(loads(d, d.uniform(0.33, 1), 500, 8000, d.count(3, 12)))),
                harmless(
                        "adapters loaded every 2-6 min, 8-32 at once",
                        d -> started(d).plus(loads(d, d.uniform(0.03, 0.1), 16, 256, d.count(8, 32)))),
                harmless("daily wave (5-24 h)", HarmlessPrograms::daily),
                harmless("working days: level nights, ramps of 0.5-2 h", d -> days(d, 0.5, 2)),
                harmless("working days: level nights, ramps of 3-4 h", d -> days(d, 3, 4)),
                harmless(
                        "daily wave, kept by a caching allocator",
                        d -> started(d)
                                .plus(wave(d, d.logarithmic(250, 8000), 24))
                                .plus(noise(d, d.logarithmic(10, 200)))
                                .kept()
                                .inSegmentsOf(20)),
                harmless("growth like a logarithm", d -> {
                    double mib = d.logarithmic(100, 4000);
                    double tau = d.uniform(0.1, 2);
                    return started(d).plus(hour -> mib * Math.log1p(hour / tau)).inSegmentsOf(2);
                }),
                harmless(
                        "dynamic shapes: ever rarer records",
                        d -> started(d)
                                .plus(demands(d, d.logarithmic(100, 3000), d.uniform(0.2, 1), d.logarithmic(10, 2000)))
                                .inSegmentsOf(20)),
                harmless(
                        "recompiles and CUDA graphs in the first hours",
                        d -> started(d)
                                .plus(steps(d, d.count(10, 60), 0, d.uniform(1, 4), 8, 300))
                                .plus(steps(d, d.count(0, 4), 4, 48, 8, 300))),
                harmless(
                        "late workspaces and lazily loaded modules",
                        d -> started(d)
                                .plus(steps(d, d.count(3, 15), 0.5, 48, 8, 500))
                                .inSegmentsOf(2)),
                harmless("batch size ramp: 3-8 doublings", HarmlessPrograms::ramp),
                harmless(
                        "vLLM: flat at 90 %",
                        d -> flat(73_700)
                                .plus(steps(d, d.count(0, 3), 0, 48, 2, 60))
                                .plus(noise(d, 2))),
                harmless("TensorFlow or JAX: preallocated, or doubled on demand", d -> {
                    double first = d.logarithmic(256, 8192);
                    double mean = d.uniform(0.3, 4);
                    double times = d.count(0, 3);
                    return hour -> first * Math.pow(2, Math.min(times, Math.floor(hour / mean)));
                }),
                harmless("cache trimmed now and then", HarmlessPrograms::trimmed),
                harmless(
                        "workers that come and go",
                        d -> started(d)
                                .plus(phases(d, d.logarithmic(200, 2000), d.uniform(0.2, 3), d.uniform(0.2, 0.8)))
                                .plus(phases(d, d.logarithmic(200, 2000), d.uniform(0.2, 9), d.uniform(0.2, 0.8)))
                                .plus(phases(d, d.logarithmic(200, 2000), d.uniform(1, 30), d.uniform(0.2, 0.8)))));
    }

    private static Trace daily(Draw draw) {
        double height = draw.logarithmic(250, 8000);
        return started(draw)
                .plus(wave(draw, height, draw.uniform(5, 24)))
                .plus(noise(draw, height * draw.uniform(0, 0.1)));
    }

    private static Trace days(Draw draw, double shortest, double longest) {
        return started(draw)
                .plus(workingDays(draw, draw.logarithmic(500, 20_000), draw.uniform(shortest, longest)))
                .plus(noise(draw, draw.logarithmic(1, 200)));
    }

    private static Trace checkpoints(Draw draw) {
        double every = draw.uniform(0.5, 4);
        double high = draw.logarithmic(500, 10_000);
        Trace growing = sawtooth(draw, draw.logarithmic(50, 1000), every, 0);
        return started(draw).plus(growing).plus(phases(draw, high, every, 0.02)).plus(noise(draw, 20));
    }

    private static Trace reused(Draw draw) {
        double[] life = {0, draw.uniform(1, 12), draw.logarithmic(2048, 40_960), draw.uniform(0.01, 0.5)};
        return hour -> {
            if (hour >= life[1]) {
                life[0] = life[1];
                life[1] += draw.uniform(1, 12);
                life[2] = draw.logarithmic(2048, 40_960);
                life[3] = draw.uniform(0.01, 0.5);
            }
            return life[2] * (1 - Math.exp(-(hour - life[0]) / life[3]));
        };
    }

    private static Trace ramp(Draw draw) {
        int doublings = draw.count(3, 8);
        double every = draw.uniform(0.2, 3);
        double first = draw.logarithmic(50, 30_000 / Math.pow(2, doublings));
        return started(draw).plus(hour -> first * Math.pow(2, Math.min(doublings, Math.floor(hour / every))));
    }

    private static Trace trimmed(Draw draw) {
        double slow = draw.uniform(0.5, 2.7);
        return started(draw)
                .plus(demands(draw, 200, 0.7, 60))
                .plus(sawtooth(draw, draw.logarithmic(200, 8000), slow, 0.33))
                .inSegmentsOf(draw.oneOf(2, 20, 64));
    }
}
