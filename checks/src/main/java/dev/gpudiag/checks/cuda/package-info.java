/**
 * Whether a CUDA program runs on a driver and a GPU, as pure code over two tables that ship with a date.
 *
 * <p>Depends on {@code dev.gpudiag.telemetry} and {@code dev.gpudiag.checks.DataTable}. Start at {@link
 * dev.gpudiag.checks.cuda.Compatibility}.
 */
package dev.gpudiag.checks.cuda;
