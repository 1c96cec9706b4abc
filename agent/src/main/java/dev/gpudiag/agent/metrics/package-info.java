/**
 * The metric table, a row per metric, over the last sample and report, and the pages of {@code /metrics} that are written
 * from it.
 *
 * <p>Depends on {@code dev.gpudiag.telemetry}, {@code dev.gpudiag.checks} and Prometheus client_java. Start reading at
 * {@link dev.gpudiag.agent.metrics.MetricTable}; a new metric is one row in a list that it names.
 */
package dev.gpudiag.agent.metrics;
