/**
 * Processes of the host that hold a GPU: who they work for, and which CUDA they use, as seen from outside.
 *
 * <p>Depends on {@code dev.gpudiag.telemetry} and {@code dev.gpudiag.agent.host}. Everything that a process can write is
 * hostile: no link is followed out of its file system, regular files only, sizes and times bounded, only allow-listed
 * variables kept. Start at {@link dev.gpudiag.agent.host.process.HostProcesses}.
 */
package dev.gpudiag.agent.host.process;
