/**
 * The agent's HTTP side: {@code /metrics}, {@code /healthz} and {@code /readyz}, all from memory.
 *
 * <p>Never calls the driver. Start reading at {@link dev.gpudiag.agent.http.HttpServer}.
 */
package dev.gpudiag.agent.http;
