package dev.gpudiag.checks;

import static java.util.Objects.requireNonNull;

/**
 * One rule that a check applies, as the table in {@code checks/README.md} shows it.
 *
 * @param id its name, {@code area.rule} such as {@code ecc.remap_failure}
 * @param reads the call, field or file that it reads
 * @param condition what trips it, with the limit
 * @param severity the status that it gives at most
 * @param action what to do first
 * @param source who says so: NVIDIA's documentation, DCGM, a measurement, or gpudiag's own proposal
 */
public record Rule(String id, String reads, String condition, Status severity, String action, String source) {

    public Rule {
        if (!id.matches("[a-z0-9]+\\.[a-z0-9_]+")) {
            throw new IllegalArgumentException("'" + id + "' is not of the form area.rule");
        }
        requireNonNull(reads, "reads is null");
        requireNonNull(condition, "condition is null");
        requireNonNull(severity, "severity is null");
        requireNonNull(action, "action is null");
        requireNonNull(source, "source is null");
    }
}
