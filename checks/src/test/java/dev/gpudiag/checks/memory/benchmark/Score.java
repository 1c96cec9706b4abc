package dev.gpudiag.checks.memory.benchmark;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** All runs of a program. */
record Score(Program program, List<Outcome> outcomes) {

    Score {
        outcomes = List.copyOf(outcomes);
    }

    static Score of(Program program, int runs) {
        return new Score(
                program,
                IntStream.range(0, runs)
                        .parallel()
                        .mapToObj(seed -> Outcome.of(program, seed))
                        .toList());
    }

    /** Runs in which it came at all. */
    Proportion ever(ToDoubleFunction<Outcome> when) {
        return within(when, Double.POSITIVE_INFINITY);
    }

    /** Runs in which it came within so many hours. */
    Proportion within(ToDoubleFunction<Outcome> when, double hours) {
        int hits = (int) outcomes.stream()
                .filter(outcome -> when.applyAsDouble(outcome) <= hours)
                .count();
        return new Proportion(hits, outcomes.size());
    }

    /** Leaks that were called likely before they began. */
    Proportion early() {
        return new Proportion(
                (int) outcomes.stream().filter(Outcome::falseAlarm).count(), outcomes.size());
    }

    /** Hours within which a part of the runs in which it came had it; not a number where it never came. */
    double hours(ToDoubleFunction<Outcome> when, double part) {
        double[] hours = sorted(when);
        return hours.length == 0
                ? Double.NaN
                : hours[Math.min(hours.length - 1, (int) Math.ceil(part * hours.length) - 1)];
    }

    private double[] sorted(ToDoubleFunction<Outcome> when) {
        return Arrays.stream(outcomes.stream().mapToDouble(when).toArray())
                .filter(hour -> !Double.isNaN(hour))
                .sorted()
                .toArray();
    }
}
