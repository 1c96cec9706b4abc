package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.sampling.DriverLeftAlone;
import dev.gpudiag.agent.state.AskingMarkers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Looks, before a command asks the driver, whether an earlier one is still inside it: at most one stuck process is left
 * behind, however often cron runs the command. Commands without a deadline neither look nor are looked at.
 */
record DriverTurn(Optional<AskingMarkers> markers, long dueNanos) implements Runnable {

    /** The launcher has killed a command by then; what still lives cannot be killed. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    static DriverTurn of(Map<String, String> environment) {
        String due = environment.getOrDefault("GPUDIAG_DEADLINE_NANOS", "");
        return due.matches("\\d{1,17}")
                ? new DriverTurn(AskingMarkers.of(environment), Long.parseLong(due))
                : new DriverTurn(Optional.empty(), 0);
    }

    /** @throws DriverLeftAlone where another command has not come back */
    @Override
    public void run() {
        if (markers.isEmpty()) {
            return;
        }
        Optional<Long> stuck = markers.get().stuck(System.nanoTime());
        if (stuck.isPresent()) {
            throw new DriverLeftAlone("an earlier gpudiag (pid " + stuck.get()
                    + ") has not come back from it; it is left alone, so that no second one is stuck");
        }
        markers.get().enter(dueNanos + GRACE.toNanos());
    }
}
