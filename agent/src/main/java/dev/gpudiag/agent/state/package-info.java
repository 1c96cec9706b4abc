/**
 * What gpudiag keeps between runs, in its state directory.
 *
 * <p>Depends on {@code dev.gpudiag.checks} and Jackson. Start reading at {@link dev.gpudiag.agent.state.BaselineStore}.
 */
package dev.gpudiag.agent.state;
