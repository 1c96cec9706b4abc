/**
 * Metrics endpoints of serving engines, read as a client that bounds what it takes: time, size, no redirect.
 *
 * <p>Depends on {@code dev.gpudiag.telemetry} and {@code dev.gpudiag.agent.sampling}. Start at {@link
 * dev.gpudiag.agent.endpoints.EndpointSampler}.
 */
package dev.gpudiag.agent.endpoints;
