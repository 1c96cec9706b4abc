/**
 * What the host itself says of its GPUs and its driver: files under /proc, /sys, /dev and /lib/modules.
 *
 * <p>Depends on {@code dev.gpudiag.telemetry}, and {@link dev.gpudiag.agent.host.HostFacts} on OSHI. Every file is read
 * below a root, so that a container reads the host it has mounted, and a simulation or a test the tree it laid out. What
 * lies below a root is hostile: links stay inside, only regular files are opened, everything is capped. Start reading at
 * {@link dev.gpudiag.agent.host.HostProbe}.
 */
package dev.gpudiag.agent.host;
