package dev.gpudiag.agent.sampling;

import java.util.Optional;

/** Finds the command name of a process by its pid; empty when it is gone or not to be seen. */
public interface ProcessNames {
    Optional<String> name(int pid);
}
