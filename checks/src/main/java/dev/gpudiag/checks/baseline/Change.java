package dev.gpudiag.checks.baseline;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import java.util.Optional;

/**
 * One difference between a baseline and a node.
 *
 * @param fact its name, such as {@code vbios_version}, or {@code gpu} for the GPU as a whole
 * @param before as it was; empty for what is new
 * @param now as it is; empty for what is gone, or cannot be read
 * @param severity UNKNOWN where a fact that was there cannot be read now
 * @param text one sentence
 */
public record Change(
        Subject subject, String fact, Optional<String> before, Optional<String> now, Status severity, String text) {

    /** Name of the fact that a GPU is there at all. */
    public static final String GPU = "gpu";

    /** Name of the fact that GPU or driver answers at all. */
    public static final String ANSWER = "answer";

    public Change {
        requireNonNull(subject, "subject is null");
        requireNonNull(fact, "fact is null");
        requireNonNull(before, "before is null");
        requireNonNull(now, "now is null");
        requireNonNull(severity, "severity is null");
        requireNonNull(text, "text is null");
    }

    /** Whether a GPU of the baseline is not here, or another one is in its place: {@code devices} says that too. */
    public boolean isGoneGpu() {
        return fact.equals(GPU) && before.isPresent();
    }
}
