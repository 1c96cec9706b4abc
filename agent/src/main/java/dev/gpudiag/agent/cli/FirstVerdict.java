package dev.gpudiag.agent.cli;

import dev.gpudiag.telemetry.DriverPhase;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import java.util.Optional;

/**
 * Whether the agent is ready: there has been a verdict for which the driver and every GPU had answered, or had let their deadline
 * pass. What is judged while they are still asked for the first time says nothing of them.
 *
 * <p>A driver that hangs, is not loaded or was let go of is a verdict too. Once ready, an agent stays it. Thread-safe.
 */
final class FirstVerdict {

    private volatile boolean reached;

    /** Looks at what the last verdict was about; what is still waited for, empty from the first verdict on. */
    Optional<String> see(NodeSample sample) {
        Optional<String> waiting = reached ? Optional.empty() : waitsFor(sample);
        reached = waiting.isEmpty();
        return waiting;
    }

    boolean isReached() {
        return reached;
    }

    private static Optional<String> waitsFor(NodeSample sample) {
        if (DriverPhase.of(sample) == DriverPhase.STARTING) {
            return Optional.of("the driver: " + sample.driver().nvml().describe());
        }
        return sample.gpus().stream()
                .filter(gpu -> gpu.condition().state() == GpuCondition.State.PENDING)
                .findFirst()
                .map(FirstVerdict::described);
    }

    private static String described(GpuSample gpu) {
        return "gpu " + gpu.identity().index() + ": " + gpu.condition().detail();
    }
}
