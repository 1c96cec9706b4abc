/**
 * What a check is, what it finds, and the runner that turns checks and evidence into a report.
 *
 * <p>Depends on the JDK and {@code dev.gpudiag.telemetry}. Checks are pure: no I/O, clock, logging or metrics. Start
 * reading at {@link dev.gpudiag.checks.Check}; the checks themselves are in {@code dev.gpudiag.checks.catalog}.
 */
package dev.gpudiag.checks;
