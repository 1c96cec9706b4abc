/**
 * What can be told from how memory grows, apart from any check.
 *
 * <p>Depends on {@code dev.gpudiag.telemetry} only. Start at {@link dev.gpudiag.checks.memory.GrowthDetector}, which watches a
 * series for hours and days; {@link dev.gpudiag.checks.memory.Growth} judges one window of it.
 */
package dev.gpudiag.checks.memory;
