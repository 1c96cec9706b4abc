package dev.gpudiag.checks.kernellog;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One record of a kernel log, as its source has it.
 *
 * @param line its number in a file, from 1; 0 for a record of the kernel's own buffer
 * @param at when it was written; empty where the log does not tell, or tells it by a boot that is not known
 * @param boot the boot it belongs to, where the source tells it
 * @param sequence the kernel's number of it, unique within a boot
 * @param text hostile text, with or without what a log daemon has put before it
 */
public record KernelRecord(long line, Optional<Instant> at, Optional<String> boot, OptionalLong sequence, String text) {

    public KernelRecord {
        requireNonNull(at, "at is null");
        requireNonNull(boot, "boot is null");
        requireNonNull(sequence, "sequence is null");
        requireNonNull(text, "text is null");
    }

    /** A line of which nothing is known but the text. */
    public static KernelRecord ofLine(long line, String text) {
        return new KernelRecord(line, Optional.empty(), Optional.empty(), OptionalLong.empty(), text);
    }
}
