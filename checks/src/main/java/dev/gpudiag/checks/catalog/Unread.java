package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.ArrayList;
import java.util.List;

/**
 * What a check says of a reading that has no value: a device that does not offer it, a recording that does not hold it
 * and a caller who may not read it are SKIPPED; a value that should have come is UNKNOWN.
 */
final class Unread {

    private Unread() {}

    /** The finding for a reading that is missing; {@code what} names it in words, such as {@code memory}. */
    static Finding finding(Subject subject, String what, Quantity<?> quantity, Reading<?> reading) {
        Reason reason = reading.reason().orElseThrow(() -> new IllegalArgumentException(quantity + " was read"));
        return Finding.builder(status(reason), subject, what + ": " + inWords(reason, reading))
                .why(reason == Reason.NO_PERMISSION ? "gpudiag may not read it; as root it may." : "")
                .proof(quantity, reading)
                .build();
    }

    /** One UNKNOWN finding for each of {@code quantities} that should have come and did not. */
    static List<Finding> failures(Subject subject, GpuSample gpu, List<? extends Quantity<?>> quantities) {
        List<Finding> findings = new ArrayList<>();
        for (Quantity<?> quantity : quantities) {
            Reading<?> reading = gpu.get(quantity);
            if (reading.failed() && status(reading.reason().orElseThrow()) == Status.UNKNOWN) {
                findings.add(finding(subject, quantity.id(), quantity, reading));
            }
        }
        return findings;
    }

    private static Status status(Reason reason) {
        return reason.isFailure() && reason != Reason.NO_PERMISSION ? Status.UNKNOWN : Status.SKIPPED;
    }

    private static String inWords(Reason reason, Reading<?> reading) {
        return switch (reason) {
            case NOT_READ -> reading.describe().equals("not read") ? "not in this recording" : reading.describe();
            case NOT_SUPPORTED -> "not supported by this GPU";
            case SYMBOL_MISSING -> "this driver's library is too old to tell";
            case NO_PERMISSION -> "no permission";
            case PENDING, RELEASED -> reading.describe();
            case GPU_LOST, RESET_REQUIRED, TIMED_OUT, FAILED -> "not known: " + reading.describe();
        };
    }
}
