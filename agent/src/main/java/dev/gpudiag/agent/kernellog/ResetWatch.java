package dev.gpudiag.agent.kernellog;

import dev.gpudiag.checks.kernellog.KernelEvent;
import dev.gpudiag.checks.kernellog.LoggedEvent;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Notices that a GPU was reset, which the kernel log need not tell: it answers again, or counts its energy anew.
 *
 * <p>Not thread-safe.
 */
public final class ResetWatch {

    private final Map<String, Seen> before = new HashMap<>();

    private record Seen(GpuCondition.State state, Optional<Double> joules) {}

    /** The resets between the sample before and this one. */
    public List<LoggedEvent> see(NodeSample sample) {
        List<LoggedEvent> resets = new ArrayList<>();
        for (GpuSample gpu : sample.gpus()) {
            Seen now = new Seen(gpu.condition().state(), gpu.value(GpuQuantities.ENERGY));
            Seen last = before.get(gpu.identity().key());
            if (gpu.condition().isAnswering() && last != null) {
                reset(last, now)
                        .ifPresent(how -> resets.add(new LoggedEvent(
                                KernelEvent.reset(gpu.identity().pciBusId(), how),
                                Optional.of(gpu.takenAt()),
                                Optional.empty(),
                                OptionalLong.empty(),
                                "gpudiag")));
            }
            boolean keepsCounter = now.joules().isEmpty() && last != null;
            before.put(gpu.identity().key(), keepsCounter ? new Seen(now.state(), last.joules()) : now);
        }
        return resets;
    }

    private static Optional<String> reset(Seen last, Seen now) {
        return switch (last.state()) {
            case LOST -> Optional.of("it was lost and answers again");
            case RESET_REQUIRED -> Optional.of("it needed a reset and answers again");
            case ANSWERING, PENDING, UNRESPONSIVE, INACCESSIBLE ->
                last.joules().isPresent()
                                && now.joules().isPresent()
                                && now.joules().get() < last.joules().get()
                        ? Optional.of("its energy counter has begun anew")
                        : Optional.empty();
        };
    }
}
