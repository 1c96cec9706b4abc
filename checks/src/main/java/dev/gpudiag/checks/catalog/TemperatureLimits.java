package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.TEMPERATURE_GPU;
import static dev.gpudiag.telemetry.GpuQuantities.TEMPERATURE_MARGIN;
import static dev.gpudiag.telemetry.GpuQuantities.TEMPERATURE_MEMORY;
import static dev.gpudiag.telemetry.GpuQuantities.THRESHOLD_GPU_MAX;
import static dev.gpudiag.telemetry.GpuQuantities.THRESHOLD_MEMORY_MAX;
import static dev.gpudiag.telemetry.GpuQuantities.THRESHOLD_SHUTDOWN;
import static dev.gpudiag.telemetry.GpuQuantities.THRESHOLD_SLOWDOWN;
import static dev.gpudiag.telemetry.GpuQuantities.TLIMIT_GPU_MAX;
import static dev.gpudiag.telemetry.GpuQuantities.TLIMIT_SLOWDOWN;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Quantity;
import java.util.Optional;

/**
 * How far one GPU is from the limits that it states: by margin where it has one, else by thresholds, else by a fallback.
 *
 * <p>A margin (T.Limit) is a distance that shrinks as the GPU warms up, 0 where slowdown is due; its own limits are
 * margins too, so {@code TLIMIT_GPU_MAX} = 5 says that operation above is meant to end 5 degrees before. None of them is
 * ever a temperature.
 */
final class TemperatureLimits {

    /**
     * Some H100 report a margin of zero or less while they are cold (gpud ignores all of those). No board states a
     * highest operating temperature below this, so a margin that is used up counts from here on, or with a slowdown.
     */
    private static final double NO_LIMIT_BELOW = 70;

    private final GpuSample gpu;
    private final Subject subject;
    private final double fallback;
    private final boolean slowed;

    TemperatureLimits(GpuSample gpu, double fallback, boolean slowed) {
        this.gpu = gpu;
        subject = Subject.gpu(gpu.identity());
        this.fallback = fallback;
        this.slowed = slowed;
    }

    /** The finding of the core; empty where neither temperature nor margin was read. */
    Optional<Finding> core() {
        Optional<Double> temperature = gpu.value(TEMPERATURE_GPU);
        Optional<Double> margin = gpu.value(TEMPERATURE_MARGIN);
        if (margin.isPresent() && isCredible(margin.get(), temperature)) {
            return Optional.of(byMargin(margin.get(), temperature));
        }
        return temperature.map(this::byThreshold);
    }

    private boolean isCredible(double margin, Optional<Double> temperature) {
        return margin > 0
                || slowed
                || temperature.filter(celsius -> celsius < NO_LIMIT_BELOW).isEmpty();
    }

    private Finding byMargin(double margin, Optional<Double> temperature) {
        double max = Math.max(0, gpu.value(TLIMIT_GPU_MAX).orElse(0.0));
        Optional<Double> slowdown = gpu.value(TLIMIT_SLOWDOWN);
        String at = temperature.map(celsius -> Amounts.celsius(celsius) + ", ").orElse("");
        String seen = at + Amounts.celsius(margin) + " to the slowdown limit";
        Finding.Builder finding;
        if (slowdown.filter(limit -> margin <= limit).isPresent()) {
            finding = hot(Status.CRITICAL, seen).limit("more than " + Amounts.celsius(slowdown.get()));
        } else if (margin <= 0 || margin < max) {
            finding = hot(Status.WARNING, seen).limit("at least " + Amounts.celsius(max));
        } else {
            finding = Finding.builder(Status.OK, subject, seen).limit("at least " + Amounts.celsius(max));
        }
        return finished(finding.rule("thm.margin").measured(TEMPERATURE_MARGIN.id(), margin, "celsius"));
    }

    private Finding byThreshold(double celsius) {
        Optional<Double> slowdown = threshold(THRESHOLD_SLOWDOWN).or(() -> threshold(THRESHOLD_SHUTDOWN));
        Optional<Double> max = threshold(THRESHOLD_GPU_MAX);
        String seen = Amounts.celsius(celsius);
        if (slowdown.filter(limit -> celsius >= limit).isPresent()) {
            return finished(hot(Status.CRITICAL, seen)
                    .rule("thm.gpu_max")
                    .limit("slows down at " + Amounts.celsius(slowdown.get())));
        }
        if (max.isPresent()) {
            String limit = "highest operating temperature " + Amounts.celsius(max.get());
            return finished((celsius > max.get() ? hot(Status.WARNING, seen) : ok(seen))
                    .rule("thm.gpu_max")
                    .limit(limit));
        }
        // A board that says where it slows down is meant to run up to there; consumer boards aim at 83 C under load.
        Status above = slowdown.isPresent() ? Status.INFO : Status.WARNING;
        String limit = slowdown.map(value -> "slows down at " + Amounts.celsius(value))
                .orElse(Amounts.celsius(fallback) + " (this GPU states no limit)");
        return finished((celsius >= fallback ? hot(above, seen) : ok(seen))
                .rule("thm.gpu_max")
                .limit(limit));
    }

    /** Memory against its highest operating temperature; empty where it is within it, or one of both is not known. */
    Optional<Finding> memory() {
        Optional<Double> celsius = gpu.value(TEMPERATURE_MEMORY);
        Optional<Double> max = threshold(THRESHOLD_MEMORY_MAX);
        if (celsius.isEmpty() || max.isEmpty() || celsius.get() <= max.get()) {
            return Optional.empty();
        }
        return Optional.of(hot(Status.WARNING, "memory at " + Amounts.celsius(celsius.get()))
                .limit("highest operating temperature " + Amounts.celsius(max.get()))
                .rule("thm.gpu_max")
                .measured(TEMPERATURE_MEMORY.id(), celsius.get(), "celsius")
                .proof(TEMPERATURE_MEMORY, gpu.get(TEMPERATURE_MEMORY))
                .proof(THRESHOLD_MEMORY_MAX, gpu.get(THRESHOLD_MEMORY_MAX))
                .build());
    }

    /** A threshold of zero or less is one that the board does not have. */
    private Optional<Double> threshold(Quantity<Double> quantity) {
        return gpu.value(quantity).filter(celsius -> celsius > 0);
    }

    private Finding.Builder ok(String seen) {
        return Finding.builder(Status.OK, subject, seen);
    }

    private Finding.Builder hot(Status status, String seen) {
        return Finding.builder(status, subject, seen)
                .why("From here on the GPU slows down, and shuts down where that does not help.")
                .action("look at fans and inlet temperature: ipmitool sdr type Fan; ipmitool sdr type Temperature")
                .action("compare with the node's other GPUs: one alone is its own cooler, all together are the room")
                .action("until then lower the power limit: nvidia-smi -i "
                        + gpu.identity().index() + " -pl WATTS");
    }

    private Finding finished(Finding.Builder finding) {
        gpu.value(TEMPERATURE_GPU).ifPresent(celsius -> finding.measured(TEMPERATURE_GPU.id(), celsius, "celsius"));
        return TemperatureCheck.proven(finding, gpu).build();
    }
}
