/**
 * The agent's HTTP side: {@code /metrics}, {@code /healthz} and {@code /readyz}, all from memory.
 *
 * <p>The same is answered over a Unix socket, where peers that the kernel names may also change what the agent does
 * ({@link dev.gpudiag.agent.http.LocalAction}).
 *
 * <p>Never calls the driver. Start reading at {@link dev.gpudiag.agent.http.HttpServer}.
 */
package dev.gpudiag.agent.http;
