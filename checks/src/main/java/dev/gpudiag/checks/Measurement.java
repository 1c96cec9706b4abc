package dev.gpudiag.checks;

import static java.util.Objects.requireNonNull;

/**
 * A figure of a finding, for machines.
 *
 * @param unit base unit: bytes, celsius, ratio, seconds, watts, hertz, count
 */
public record Measurement(String name, double value, String unit) {
    public Measurement {
        requireNonNull(name, "name is null");
        requireNonNull(unit, "unit is null");
    }
}
