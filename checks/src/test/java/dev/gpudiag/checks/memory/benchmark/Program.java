package dev.gpudiag.checks.memory.benchmark;

import java.util.function.Function;

/**
 * A kind of program, of which every seed draws another run.
 *
 * @param name as the table shows it
 * @param hours length of a run
 * @param leaks whether it leaks
 * @param goal what the detector has to reach
 * @param drawn one run
 */
record Program(String name, double hours, boolean leaks, Goal goal, Function<Draw, Run> drawn) {

    /**
     * One run.
     *
     * @param trace used memory
     * @param leakFrom hour at which the leak begins; not a number where there is none
     * @param leakTo hour at which it ends; infinite where it does not
     * @param sampling how it is sampled
     */
    record Run(Trace trace, double leakFrom, double leakTo, Sampling sampling) {

        static Run harmless(Trace trace) {
            return new Run(trace, Double.NaN, Double.POSITIVE_INFINITY, Sampling.EVERY_30_SECONDS);
        }

        static Run leak(Trace trace, double from) {
            return new Run(trace, from, Double.POSITIVE_INFINITY, Sampling.EVERY_30_SECONDS);
        }

        Run until(double end) {
            return new Run(trace, leakFrom, end, sampling);
        }

        Run sampled(Sampling how) {
            return new Run(trace, leakFrom, leakTo, how);
        }
    }

    /**
     * How a run is sampled.
     *
     * @param seconds between samples
     * @param missing part of the samples that are missing
     * @param gapHours an outage of the agent in the middle of the run
     */
    record Sampling(double seconds, double missing, double gapHours) {
        static final Sampling EVERY_30_SECONDS = new Sampling(30, 0, 0);
    }

    /**
     * Hours from the begin of the leak within which a level has to be reached; infinite where nothing is asked for.
     *
     * @param likelyHours for likely
     * @param confirmedHours for confirmed
     */
    record Goal(double likelyHours, double confirmedHours) {
        static final Goal NONE = new Goal(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    static Program harmless(String name, Function<Draw, Trace> drawn) {
        return new Program(name, 48, false, Goal.NONE, draw -> Run.harmless(drawn.apply(draw)));
    }

    static Program leaking(String name, double hours, Goal goal, Function<Draw, Run> drawn) {
        return new Program(name, hours, true, goal, drawn);
    }
}
