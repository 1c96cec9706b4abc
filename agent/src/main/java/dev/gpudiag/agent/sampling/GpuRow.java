package dev.gpudiag.agent.sampling;

import dev.gpudiag.nvml.NvmlDevice;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * One NVML call and the quantities that it gives.
 *
 * @param function the C function that is asked, as evidence names it
 */
record GpuRow(String function, Call call) {

    /** A call that puts its readings; throws when none could be had. */
    interface Call {
        void read(NvmlDevice device, Readings.Builder into) throws NvmlException;
    }

    /** A call that gives one answer. */
    interface Source<R> {
        R read(NvmlDevice device) throws NvmlException;
    }

    /** A quantity within an answer; null where this driver's answer lacks it. */
    record Output<R, T>(Quantity<T> quantity, Function<? super R, T> value) {
        void put(R answer, String function, Readings.Builder into) {
            T content = value.apply(answer);
            into.put(
                    quantity,
                    content == null
                            ? Reading.missing(Reading.Reason.NOT_SUPPORTED, function, "not in this driver's answer")
                            : Reading.of(content, function));
        }
    }

    static <R, T> Output<R, T> out(Quantity<T> quantity, Function<? super R, T> value) {
        return new Output<>(quantity, value);
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // List.of only reads the array
    static <R> GpuRow call(String function, Source<R> source, Output<R, ?>... outputs) {
        List<Output<R, ?>> all = List.of(outputs);
        return new GpuRow(function, (device, into) -> {
            try {
                R answer = source.read(device);
                all.forEach(output -> output.put(answer, function, into));
            } catch (NvmlException e) {
                all.forEach(output -> into.put(output.quantity(), NvmlReasons.missing(e)));
                throw e;
            }
        });
    }

    static <T> GpuRow one(String function, Quantity<T> quantity, Source<T> source) {
        return call(function, source, out(quantity, Function.identity()));
    }

    static Long orNull(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }

    /** Reads; the exception that every quantity of this row now has as its reason, if there was one. */
    Optional<NvmlException> read(NvmlDevice device, Readings.Builder into) {
        try {
            call.read(device, into);
            return Optional.empty();
        } catch (NvmlException e) {
            return Optional.of(e);
        }
    }
}
