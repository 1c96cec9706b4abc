package dev.gpudiag.agent.simulation;

import java.util.Optional;

/**
 * A process of a scenario, on one GPU.
 *
 * @param workload who it works for and which CUDA it uses, as its {@code [workload]} section says
 */
public record SimulatedProcess(int gpu, long pid, Optional<String> name, SimulatedWorkload workload) {}
