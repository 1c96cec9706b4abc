package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

/**
 * Something that can be read, by name: the key of a {@link Reading} in {@link Readings}.
 *
 * @param id public name in recordings, snake case with the base unit last, such as {@code memory_used_bytes}
 * @param type one of Long, Double, Boolean, String
 * @param help one sentence: what it is, its range, and what NVML calls it
 */
public record Quantity<T>(String id, Class<T> type, String help) {

    public Quantity {
        requireNonNull(id, "id is null");
        requireNonNull(type, "type is null");
        requireNonNull(help, "help is null");
    }

    static Quantity<Long> count(String id, String help) {
        return new Quantity<>(id, Long.class, help);
    }

    static Quantity<Double> decimal(String id, String help) {
        return new Quantity<>(id, Double.class, help);
    }

    static Quantity<Boolean> flag(String id, String help) {
        return new Quantity<>(id, Boolean.class, help);
    }

    static Quantity<String> text(String id, String help) {
        return new Quantity<>(id, String.class, help);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Quantity<?> quantity && quantity.id.equals(id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return id;
    }
}
