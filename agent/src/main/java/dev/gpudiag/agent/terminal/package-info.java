/**
 * The caller's terminal, as the launcher passes it on: keys and news of it come in, whole screens go out.
 *
 * <p>Depends on the JDK only. The launcher owns the terminal's mode and gives it back whatever happens here; nothing in this
 * package sets anything. Start with {@link dev.gpudiag.agent.terminal.TerminalInput}.
 */
package dev.gpudiag.agent.terminal;
