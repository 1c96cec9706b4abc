/**
 * Recorded traces of used memory, as text that is not trusted, and what the growth detector makes of them.
 *
 * <p>Depends on {@code dev.gpudiag.checks.memory} and Jackson. Start reading at {@link dev.gpudiag.agent.trace.TraceReader}.
 */
package dev.gpudiag.agent.trace;
