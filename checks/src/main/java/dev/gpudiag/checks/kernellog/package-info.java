/**
 * What the kernel log says of NVIDIA hardware: lines to events, codes to their meaning.
 *
 * <p>Pure: the catalogue comes through {@code DataTable}. Depends on {@code dev.gpudiag.checks}
 * for {@code Status} and {@code DataTable}, and on {@code dev.gpudiag.telemetry}. Start at {@link dev.gpudiag.checks.kernellog.KernelLogParser}.
 */
package dev.gpudiag.checks.kernellog;
