package dev.gpudiag.agent.simulation;

import java.time.Duration;

/**
 * A line that the kernel of a scenario writes.
 *
 * @param at scenario time, negative for what was written before the scenario begins
 */
public record KernelLine(Duration at, String text) {}
