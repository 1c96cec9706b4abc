package dev.gpudiag.agent.replay;

import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What nvidia-smi prints where it has no value.
 *
 * @param reason why there is none
 * @param text the words in the capture
 */
record OddValue(Reason reason, String text) {

    private static final List<String> NOT_SUPPORTED =
            List.of("n/a", "not supported", "requested functionality has been deprecated", "not available");

    /** Return codes in nvidia-smi's words; it prints them where a call failed. */
    private static final List<String> FAILED = List.of(
            "err!",
            "unknown error",
            "unknown",
            "error",
            "insufficient size",
            "not found",
            "invalid argument",
            "uninitialized",
            "timeout",
            "function not found",
            "corrupted inforom",
            "in use by another client",
            "insufficient memory",
            "insufficient resources",
            "no data",
            "argument version mismatch",
            "system is not in ready state",
            "driver not loaded",
            "driver/library version mismatch",
            "gpu access blocked by the operating system");

    /** What {@code text} says in place of a value; empty when it may be one. */
    static Optional<OddValue> of(String text) {
        String words = plain(text);
        if (words.isEmpty() || words.equals("redacted")) {
            return Optional.of(new OddValue(Reason.NOT_READ, text.isBlank() ? "empty in the capture" : text));
        }
        return reason(words).map(reason -> new OddValue(reason, text));
    }

    private static Optional<Reason> reason(String words) {
        if (NOT_SUPPORTED.contains(words)) {
            return Optional.of(Reason.NOT_SUPPORTED);
        }
        if (words.startsWith("gpu is lost")) {
            return Optional.of(Reason.GPU_LOST);
        }
        if (words.startsWith("gpu requires reset")) {
            return Optional.of(Reason.RESET_REQUIRED);
        }
        if (words.startsWith("insufficient permission")) {
            return Optional.of(Reason.NO_PERMISSION);
        }
        return FAILED.contains(words) ? Optional.of(Reason.FAILED) : Optional.empty();
    }

    private static String plain(String text) {
        String words = text.strip();
        if (words.startsWith("[") && words.endsWith("]")) {
            words = words.substring(1, words.length() - 1).strip();
        }
        return words.toLowerCase(Locale.ROOT);
    }

    <T> Reading<T> reading(String source) {
        return Reading.missing(reason, source, text);
    }
}
