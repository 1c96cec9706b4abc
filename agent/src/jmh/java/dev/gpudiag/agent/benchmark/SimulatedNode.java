package dev.gpudiag.agent.benchmark;

import dev.gpudiag.agent.simulation.Scenario;
import dev.gpudiag.agent.simulation.ScenarioCatalog;
import java.nio.file.Path;

/** The node that every row of the table reads: 8 healthy H100 on the simulated driver. */
final class SimulatedNode {

    static final int GPUS = 8;
    static final Path SIMULATOR = Path.of(System.getProperty("gpudiag.simulator"));
    static final Path LIBRARY = SIMULATOR.resolve("libnvidia-ml.so.1");

    private SimulatedNode() {}

    static Scenario scenario() {
        return new ScenarioCatalog(SIMULATOR.resolve("scenarios")).open("healthy-h100x8");
    }
}
