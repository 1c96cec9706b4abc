/**
 * A {@link dev.gpudiag.checks.Report} as text for people and as JSON for machines.
 *
 * <p>Depends on {@code dev.gpudiag.checks} and Jackson's tree only; nothing here reads a clock, a terminal or a file.
 * Start with {@link dev.gpudiag.agent.report.TextReport} and {@link dev.gpudiag.agent.report.JsonReport}; the JSON is
 * described by {@code check.schema.json} beside this package.
 */
package dev.gpudiag.agent.report;
