package dev.gpudiag.agent.sampling;

import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Has the driver let go of when something outside seems to need it: a program that is seen, or a GPU whose MIG mode is to
 * change with its next reset. Not thread-safe: one caller looks.
 */
final class RequestWatch {

    /** After a program was seen for the last time: such programs end at once when the driver is busy, and are started again. */
    private static final Duration AFTER_A_PROGRAM = Duration.ofSeconds(30);

    /** After a change of MIG mode was asked for: time for the reset that it needs. */
    private static final Duration AFTER_A_CHANGE = Duration.ofMinutes(2);

    private final DriverRelease release;
    private final Supplier<Optional<String>> programs;
    private final SingleFlight<Optional<String>> flight = new SingleFlight<>("gpudiag-requests");
    private Map<String, Boolean> pendingBefore = Map.of();

    /** @param programs names a program that needs the driver, on a thread of its own */
    RequestWatch(DriverRelease release, Supplier<Optional<String>> programs) {
        this.release = release;
        this.programs = programs;
    }

    /** Tells what the look before has seen, and looks again. */
    void look() {
        flight.harvest()
                .flatMap(seen -> seen)
                .ifPresent(request -> release.releaseByItself(AFTER_A_PROGRAM, request + " was seen"));
        flight.start(programs::get);
    }

    /** Looks whether a GPU has come to wait for a reset; one that already waited at first sight is left waiting. */
    void see(List<GpuSample> gpus) {
        Map<String, Boolean> now = new HashMap<>(pendingBefore);
        for (GpuSample gpu : gpus) {
            Optional<Boolean> mode = gpu.value(GpuQuantities.MIG_MODE);
            Optional<Boolean> pending = gpu.value(GpuQuantities.MIG_MODE_PENDING);
            if (mode.isPresent() && pending.isPresent()) {
                boolean waits = !mode.equals(pending);
                Boolean waited = now.put(gpu.identity().key(), waits);
                if (waits && Boolean.FALSE.equals(waited)) {
                    release.releaseByItself(
                            AFTER_A_CHANGE,
                            "GPU " + gpu.identity().index() + " is to " + (pending.get() ? "enter" : "leave")
                                    + " MIG mode with its next reset");
                }
            }
        }
        pendingBefore = now;
    }

    void abandon() {
        flight.abandon();
    }
}
