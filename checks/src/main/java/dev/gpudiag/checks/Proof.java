package dev.gpudiag.checks;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;

/**
 * One piece of evidence of a finding: where it was read, and what stood there.
 *
 * @param source call, file or log
 * @param value raw value, return code or line
 */
public record Proof(String source, String value) {
    public Proof {
        requireNonNull(source, "source is null");
        requireNonNull(value, "value is null");
    }

    public static Proof of(Quantity<?> quantity, Reading<?> reading) {
        String source = reading.source().isEmpty() ? quantity.id() : reading.source();
        return new Proof(source, quantity.id() + " = " + reading.describe());
    }
}
