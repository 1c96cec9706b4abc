/**
 * Processes of the host: who they work for.
 *
 * <p>Depends on {@code dev.gpudiag.telemetry}. Everything that a process can write is hostile. Start at {@link
 * dev.gpudiag.agent.host.process.CgroupMembership}.
 */
package dev.gpudiag.agent.host.process;
