package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

/**
 * Something that a look at the host could not see, said once however many processes it touches.
 *
 * @param cause {@code NO_PERMISSION} where more rights would help, {@code TIMED_OUT}, {@code FAILED}
 * @param source the files that were asked, such as {@code /proc/stat}
 * @param detail what is missing and what would help, in words
 */
public record Gap(Reading.Reason cause, String source, String detail) {

    public Gap {
        requireNonNull(cause, "cause is null");
        requireNonNull(source, "source is null");
        requireNonNull(detail, "detail is null");
    }
}
