/**
 * Scenarios of the simulated driver as Java needs them: the host around the driver, identities, processes and history.
 *
 * <p>The same file drives the simulated library, which reads the sections about NVML's answers. Depends on {@code
 * agent.config} for suggestions only. Start reading at {@link dev.gpudiag.agent.simulation.ScenarioCatalog}.
 */
package dev.gpudiag.agent.simulation;
