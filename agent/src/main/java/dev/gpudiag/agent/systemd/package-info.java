/**
 * What the agent tells systemd, and its log as journald takes it.
 *
 * <p>Depends on the JDK and JNA only, since Java has no datagram Unix sockets. Nothing here waits, and nothing here is needed
 * where there is no systemd. Start reading at {@link dev.gpudiag.agent.systemd.ServiceNotifier}.
 */
package dev.gpudiag.agent.systemd;
