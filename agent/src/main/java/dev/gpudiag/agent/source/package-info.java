/**
 * Where samples come from: the driver of this node, a simulated one, or a recording.
 *
 * <p>The only place that knows all of {@code sampling}, {@code host}, {@code simulation} and {@code replay}. A simulated or
 * replayed source never looks at this machine. Start reading at {@link dev.gpudiag.agent.source.LiveSource}.
 */
package dev.gpudiag.agent.source;
