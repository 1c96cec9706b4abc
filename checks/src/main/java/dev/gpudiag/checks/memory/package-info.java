/**
 * What can be told from how memory grows, apart from any check.
 *
 * <p>Depends on {@code dev.gpudiag.telemetry} only. Start at {@link dev.gpudiag.checks.memory.Growth}.
 */
package dev.gpudiag.checks.memory;
