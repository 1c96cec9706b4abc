/**
 * What a node had when it was well, against what it has now.
 *
 * <p>Pure, on {@code dev.gpudiag.telemetry} only. {@link dev.gpudiag.checks.baseline.BaselineFacts} says what is kept;
 * start reading at {@link dev.gpudiag.checks.baseline.Comparison}.
 */
package dev.gpudiag.checks.baseline;
