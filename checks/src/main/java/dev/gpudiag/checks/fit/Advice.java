package dev.gpudiag.checks.fit;

import dev.gpudiag.checks.Amounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What to do about the size and the number of GPUs, from how one was used.
 *
 * <p>Bands of utilization: less than 20 % is waste, 40 to 80 % is healthy, more than 80 % for {@link GpuUsage#WINDOW} asks
 * for more GPUs, less than 30 % for as long for fewer.
 *
 * @param kind for machines
 * @param text one sentence with the figures
 */
public record Advice(Kind kind, String text) {

    private static final double WASTE = 0.2;
    private static final double SCALE_IN = 0.3;
    private static final double HEALTHY = 0.4;
    private static final double SCALE_OUT = 0.8;
    private static final double HEADROOM = 0.2;
    private static final double FULL = 0.9;

    /** Kinds of advice. */
    public enum Kind {
        NOT_KNOWN,
        IDLE,
        WASTE,
        SCALE_IN,
        LOW,
        HEALTHY,
        BUSY,
        SCALE_OUT,
        SMALLER_GPU,
        LARGER_GPU,
        MEMORY_FITS,
        RESERVED_AHEAD,
        MEMORY_GROWS
    }

    /** What there is to say of one GPU: its utilization first, then its memory. */
    public static List<Advice> of(GpuUsage usage, GpuModels catalogue) {
        if (!usage.isLongEnough()) {
            return List.of(new Advice(
                    Kind.NOT_KNOWN,
                    "seen for " + Amounts.duration(usage.observed()) + " only, " + Amounts.duration(GpuUsage.WINDOW)
                            + " are needed"));
        }
        if (usage.isIdle()) {
            return List.of(new Advice(
                    Kind.IDLE,
                    "no process and no kernel for " + Amounts.duration(usage.observed())
                            + ": give it back, or find out why nothing is scheduled on it"));
        }
        List<Advice> advice = new ArrayList<>();
        advice.add(utilization(usage));
        memory(usage, catalogue).ifPresent(advice::add);
        return advice;
    }

    private static Advice utilization(GpuUsage usage) {
        if (usage.averageUtilization().isEmpty() || usage.lately().isEmpty()) {
            return new Advice(Kind.NOT_KNOWN, "utilization was not read (the driver gives none for a GPU in MIG mode)");
        }
        double average = usage.averageUtilization().getAsDouble();
        String seen =
                "utilization " + Amounts.percent(average) + " on average of " + Amounts.duration(usage.observed());
        String window = Amounts.duration(GpuUsage.WINDOW);
        if (usage.lately().stream().allMatch(value -> value > SCALE_OUT)) {
            return new Advice(Kind.SCALE_OUT, seen + ", over 80 % for " + window + ": add GPUs or replicas");
        }
        if (average < WASTE) {
            return new Advice(
                    Kind.WASTE, seen + ", under 20 %: share the GPU (MIG, time slicing, MPS), or take a smaller one");
        }
        if (usage.lately().stream().allMatch(value -> value < SCALE_IN)) {
            return new Advice(Kind.SCALE_IN, seen + ", under 30 % for " + window + ": fewer replicas would do");
        }
        if (average < HEALTHY) {
            return new Advice(Kind.LOW, seen + ", below the healthy 40 to 80 %: larger batches would use it better");
        }
        return average <= SCALE_OUT
                ? new Advice(Kind.HEALTHY, seen + ", healthy (40 to 80 %)")
                : new Advice(Kind.BUSY, seen + ", over 80 %, but not all of the last " + window);
    }

    private static Optional<Advice> memory(GpuUsage usage, GpuModels catalogue) {
        if (usage.memory().isEmpty() || usage.peakMemoryBytes().isEmpty()) {
            return Optional.of(new Advice(Kind.NOT_KNOWN, "memory was not read"));
        }
        double peak = usage.peakMemoryBytes().getAsDouble();
        double usable = usage.memory().get().usableBytes();
        String seen = "memory peak " + Amounts.bytes(peak) + " of " + Amounts.bytes(usable);
        if (usage.memoryGrows()) {
            return Optional.of(new Advice(
                    Kind.MEMORY_GROWS, seen + " and still growing: see gpudiag check memory-growth before resizing"));
        }
        if (usage.isReservedAhead()) {
            return Optional.of(new Advice(
                    Kind.RESERVED_AHEAD,
                    seen + ", flat: reserved ahead, so that the need is not known; ask the serving engine"));
        }
        if (peak > FULL * usable) {
            String larger = smallest(catalogue, peak, usable * 1.1)
                    .map(gpu -> "the next is " + gpu.name())
                    .orElse("no single GPU of the table is larger");
            return Optional.of(
                    new Advice(Kind.LARGER_GPU, seen + ", over 90 %: a larger GPU or less at once; " + larger));
        }
        return Optional.of(smallest(catalogue, peak, 0)
                .filter(gpu -> gpu.usableBytes() < 0.9 * usable)
                .map(gpu ->
                        new Advice(Kind.SMALLER_GPU, seen + ": " + gpu.name() + " would hold it with 20 % headroom"))
                .orElseGet(() -> new Advice(Kind.MEMORY_FITS, seen + ", the right size")));
    }

    private static Optional<GpuModel> smallest(GpuModels catalogue, double peak, double atLeast) {
        return catalogue.gpus().stream()
                .filter(gpu -> gpu.usableBytes() >= peak * (1 + HEADROOM) && gpu.usableBytes() >= atLeast)
                .findFirst();
    }
}
