package dev.gpudiag.checks.catalog;

import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Quantity;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The GPUs of a node that are the same model as one of them, answer, and are not split by MIG: what it is compared with.
 *
 * <p>A comparison needs {@link #FEWEST} of them, so that it is clear who is the odd one out.
 */
record Twins(List<GpuSample> others) {

    /** Of two GPUs that differ, either may be the healthy one. */
    static final int FEWEST = 2;

    Twins {
        others = List.copyOf(others);
    }

    static Twins of(GpuSample gpu, NodeSample node) {
        return new Twins(node.gpus().stream()
                .filter(other -> !other.identity().key().equals(gpu.identity().key()))
                .filter(other -> other.condition().isAnswering() && !Migs.isSplit(other))
                .filter(other -> other.identity().name().isPresent()
                        && other.identity().name().equals(gpu.identity().name()))
                .toList());
    }

    Twins that(Predicate<GpuSample> predicate) {
        return new Twins(others.stream().filter(predicate).toList());
    }

    boolean areEnough() {
        return others.size() >= FEWEST;
    }

    int count() {
        return others.size();
    }

    /** The middle value of a quantity; empty where too few of them have one. */
    OptionalDouble median(Quantity<? extends Number> quantity) {
        return median(twin -> twin.value(quantity)
                .map(number -> OptionalDouble.of(number.doubleValue()))
                .orElse(OptionalDouble.empty()));
    }

    OptionalDouble median(Function<GpuSample, OptionalDouble> value) {
        double[] values = others.stream()
                .map(value)
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .sorted()
                .toArray();
        if (values.length < FEWEST) {
            return OptionalDouble.empty();
        }
        int middle = values.length / 2;
        return OptionalDouble.of(values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2);
    }
}
