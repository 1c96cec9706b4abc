package dev.gpudiag.agent.host;

import java.util.Optional;

/** Command names of processes, from {@code /proc/PID/comm} below a root. */
public final class ProcessComm {

    private final HostRoot root;

    public ProcessComm(HostRoot root) {
        this.root = root;
    }

    /** The name, at most 15 characters as the kernel keeps it; empty for a process that is gone or not to be seen. */
    public Optional<String> name(int pid) {
        return root.readLine("/proc/" + Integer.toUnsignedString(pid) + "/comm").value();
    }
}
