/**
 * What a command needs to ask a running agent: over its Unix socket, over loopback, or at an address elsewhere.
 *
 * <p>Light on purpose, since {@code gpudiag check} asks too: a channel and one request where the agent is on this machine.
 * Depends on the JDK and Jackson. Start reading at {@link dev.gpudiag.agent.client.AgentClient}.
 */
package dev.gpudiag.agent.client;
