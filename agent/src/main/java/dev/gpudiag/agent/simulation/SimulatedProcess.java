package dev.gpudiag.agent.simulation;

import java.util.Optional;

/** A process of a scenario, on one GPU. */
public record SimulatedProcess(int gpu, long pid, Optional<String> name) {}
