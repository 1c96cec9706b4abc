package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.CLOCK_EVENT_REASONS;
import static dev.gpudiag.telemetry.GpuQuantities.UTILIZATION_GPU;

import dev.gpudiag.checks.Evidence;
import dev.gpudiag.telemetry.ClockEventReason;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;

/** How busy one GPU was over a whole window, and means of it; says nothing where the history does not reach so far. */
final class LoadedWindow {

    private static final int LEAST_SAMPLES = 10;
    private static final double NEARLY_FULL = 0.95;

    private final GpuSample gpu;
    private final Evidence evidence;
    private final Instant from;
    private final List<Sample> utilization;
    private final boolean whole;

    LoadedWindow(GpuSample gpu, Evidence evidence, Duration window) {
        this.gpu = gpu;
        this.evidence = evidence;
        Instant now = evidence.sample().takenAt();
        from = now.minus(window);
        utilization = evidence.history().series(gpu.identity(), UTILIZATION_GPU, from);
        whole = utilization.size() >= LEAST_SAMPLES
                && Duration.between(utilization.getFirst().at(), now).toMillis() >= NEARLY_FULL * window.toMillis();
    }

    boolean isWhole() {
        return whole;
    }

    /** Whether nearly all samples of the whole window are at least this busy. */
    boolean isBusy(double least) {
        long busy =
                utilization.stream().filter(sample -> sample.value() >= least).count();
        return whole && busy >= NEARLY_FULL * utilization.size();
    }

    OptionalDouble meanUtilization() {
        return whole ? utilization.stream().mapToDouble(Sample::value).average() : OptionalDouble.empty();
    }

    OptionalDouble mean(Quantity<? extends Number> quantity) {
        return series(quantity).stream().mapToDouble(Sample::value).average();
    }

    List<Sample> series(Quantity<? extends Number> quantity) {
        return whole ? evidence.history().series(gpu.identity(), quantity, from) : List.of();
    }

    /** Whether one of {@code reasons} held the clocks at any time of the window. */
    boolean heldBy(ClockEventReason... reasons) {
        long mask = 0;
        for (ClockEventReason reason : reasons) {
            mask |= reason.bit();
        }
        long wanted = mask;
        return series(CLOCK_EVENT_REASONS).stream().anyMatch(sample -> ((long) sample.value() & wanted) != 0);
    }
}
