package dev.gpudiag.checks.memory.oom;

import static java.util.Objects.requireNonNull;

/**
 * A cause, and how likely the figures make it.
 *
 * @param because the figures that say so, one sentence
 */
public record RankedCause(OomCause cause, Likelihood likelihood, String because) {

    /** In the order of a report. */
    public enum Likelihood {
        LIKELY,
        POSSIBLE,
        UNLIKELY
    }

    public RankedCause {
        requireNonNull(cause, "cause is null");
        requireNonNull(likelihood, "likelihood is null");
        requireNonNull(because, "because is null");
    }
}
