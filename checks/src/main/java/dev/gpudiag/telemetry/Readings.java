package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** What was read of one subject: an immutable map from {@link Quantity} to {@link Reading}, in the order of reading. */
public final class Readings {

    private static final Readings EMPTY = new Readings(Map.of());

    private final Map<Quantity<?>, Reading<?>> values;

    private Readings(Map<Quantity<?>, Reading<?>> values) {
        this.values = values;
    }

    public static Readings empty() {
        return EMPTY;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The reading of {@code quantity}; {@link Reading.Reason#NOT_READ} where nobody asked. */
    @SuppressWarnings("unchecked") // Builder.put pairs a quantity with a reading of its own type only
    public <T> Reading<T> get(Quantity<T> quantity) {
        Reading<?> reading = values.get(quantity);
        return reading == null ? Reading.notRead("not read") : (Reading<T>) reading;
    }

    public <T> Optional<T> value(Quantity<T> quantity) {
        return get(quantity).value();
    }

    public boolean contains(Quantity<?> quantity) {
        return values.containsKey(quantity);
    }

    public void forEach(BiConsumer<Quantity<?>, Reading<?>> action) {
        values.forEach(action);
    }

    public int size() {
        return values.size();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Readings readings && readings.values.equals(values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString();
    }

    /** Collects readings; a later reading of a quantity replaces the earlier one. Not thread-safe. */
    public static final class Builder {

        private final Map<Quantity<?>, Reading<?>> values = new LinkedHashMap<>();

        private Builder() {}

        public <T> Builder put(Quantity<T> quantity, Reading<T> reading) {
            values.put(quantity, requireNonNull(reading, "reading is null"));
            return this;
        }

        public <T> Builder put(Quantity<T> quantity, T value, String source) {
            return put(quantity, Reading.of(value, source));
        }

        public Builder putAll(Readings readings) {
            values.putAll(readings.values);
            return this;
        }

        public Readings build() {
            return values.isEmpty() ? EMPTY : new Readings(Collections.unmodifiableMap(new LinkedHashMap<>(values)));
        }
    }
}
