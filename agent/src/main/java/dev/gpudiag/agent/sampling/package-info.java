/**
 * From a live or simulated driver to {@link dev.gpudiag.telemetry.NodeSample}: which call gives which quantity, how often,
 * on which thread and with which deadline.
 *
 * <p>Depends on {@code dev.gpudiag.nvml}, {@code dev.gpudiag.telemetry} and {@code dev.gpudiag.agent.host}. Start reading
 * at {@link dev.gpudiag.agent.sampling.NvmlSampler}.
 */
package dev.gpudiag.agent.sampling;
