/**
 * The metric table: one row per metric, over the last sample and report.
 *
 * <p>Depends on {@code dev.gpudiag.telemetry}, {@code dev.gpudiag.checks} and Prometheus client_java. Start reading at
 * {@link dev.gpudiag.agent.metrics.GpuMetrics}, where a new metric is one row.
 */
package dev.gpudiag.agent.metrics;
