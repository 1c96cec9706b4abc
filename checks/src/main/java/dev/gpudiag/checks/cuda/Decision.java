package dev.gpudiag.checks.cuda;

import dev.gpudiag.telemetry.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Whether it runs, by what, and what to do if it does not.
 *
 * @param mechanism by which it runs or was meant to: backward, minor-version, forward, or none
 * @param cudaError what the user will see, or may see
 * @param needsDriver least driver with which it would run
 * @param reasons one sentence each
 * @param actions cheapest first
 */
public record Decision(
        Result result,
        String mechanism,
        OptionalInt cudaError,
        Optional<Version> needsDriver,
        List<String> reasons,
        List<String> actions) {

    /** Results, with the words of machine output and the exit codes of {@code gpudiag compat}. */
    public enum Result {
        RUNS("runs", 0),
        RUNS_MINOR("runs-minor", 0),
        RUNS_FORWARD("runs-forward", 0),
        AT_RISK("at-risk", 1),
        FAILS("fails", 2),
        UNKNOWN("unknown", 3);

        private final String word;
        private final int exitCode;

        Result(String word, int exitCode) {
            this.word = word;
            this.exitCode = exitCode;
        }

        public String word() {
            return word;
        }

        public int exitCode() {
            return exitCode;
        }

        public boolean runs() {
            return exitCode == 0;
        }
    }

    public Decision {
        reasons = List.copyOf(reasons);
        actions = List.copyOf(actions);
    }

    static Decision unknown(String reason, String action) {
        return new Decision(
                Result.UNKNOWN, "none", OptionalInt.empty(), Optional.empty(), List.of(reason), List.of(action));
    }

    static Decision runs(Result result, String mechanism, String reason) {
        return new Decision(result, mechanism, OptionalInt.empty(), Optional.empty(), List.of(reason), List.of());
    }

    static Decision fails(int cudaError, String mechanism, String reason, List<String> actions) {
        return new Decision(
                Result.FAILS, mechanism, OptionalInt.of(cudaError), Optional.empty(), List.of(reason), actions);
    }

    Decision needing(Version driver) {
        return new Decision(result, mechanism, cudaError, Optional.of(driver), reasons, actions);
    }

    /** The same, which may fail after all. */
    Decision atRisk(int error, String reason, String action) {
        return new Decision(
                Result.AT_RISK,
                mechanism,
                OptionalInt.of(error),
                needsDriver,
                joined(reasons, reason),
                joined(actions, action));
    }

    /** The same with one more reason. */
    public Decision because(String reason) {
        return new Decision(result, mechanism, cudaError, needsDriver, joined(reasons, reason), actions);
    }

    private static List<String> joined(List<String> list, String more) {
        List<String> joined = new ArrayList<>(list);
        joined.add(more);
        return joined;
    }
}
