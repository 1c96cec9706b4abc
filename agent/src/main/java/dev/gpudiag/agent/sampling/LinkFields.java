package dev.gpudiag.agent.sampling;

import dev.gpudiag.nvml.FieldId;
import dev.gpudiag.nvml.FieldValues;
import dev.gpudiag.nvml.NvmlDevice;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.nvml.NvmlReturn;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;

/** The counters of one link of NVLink 5 or newer, which have field ids and no function. */
final class LinkFields {

    private static final String FUNCTION = "nvmlDeviceGetFieldValues";
    private static final int EXPONENT_MASK = 0xff;
    private static final int EXPONENT_BITS = 8;
    private static final int MANTISSA_MASK = 0xf;

    private record Field<T>(int id, Quantity<T> quantity, LongFunction<T> value) {
        void put(FieldValues batch, int entry, Readings.Builder into) {
            String source = FUNCTION + "(" + id + ")";
            NvmlReturn result = batch.result(entry);
            if (result.code() == NvmlReturn.SUCCESS.code()) {
                into.put(quantity, value.apply(batch.value(entry).asLong()), source);
            } else if (result.code() == NvmlReturn.INVALID_ARGUMENT.code()) {
                // how a driver answers an id that it does not know
                into.put(quantity, Reading.missing(Reading.Reason.NOT_SUPPORTED, source, result.text(), result.code()));
            } else {
                into.put(quantity, NvmlReasons.missing(source, result));
            }
        }

        void missing(NvmlException e, Readings.Builder into) {
            into.put(quantity, NvmlReasons.missing(e));
        }
    }

    private static final List<Field<?>> FIELDS = List.of(
            count(FieldId.NVLINK_COUNT_LINK_RECOVERY_SUCCESSFUL_EVENTS, GpuQuantities.NVLINK_RECOVERED),
            count(FieldId.NVLINK_COUNT_LINK_RECOVERY_FAILED_EVENTS, GpuQuantities.NVLINK_RECOVERY_FAILED),
            count(FieldId.NVLINK_COUNT_EFFECTIVE_ERRORS, GpuQuantities.NVLINK_EFFECTIVE_ERRORS),
            count(FieldId.NVLINK_COUNT_MALFORMED_PACKET_ERRORS, GpuQuantities.NVLINK_MALFORMED),
            count(FieldId.NVLINK_COUNT_BUFFER_OVERRUN_ERRORS, GpuQuantities.NVLINK_OVERRUNS),
            count(FieldId.NVLINK_COUNT_LOCAL_LINK_INTEGRITY_ERRORS, GpuQuantities.NVLINK_INTEGRITY_ERRORS),
            new Field<>(FieldId.NVLINK_COUNT_EFFECTIVE_BER, GpuQuantities.NVLINK_EFFECTIVE_BER, LinkFields::ratio),
            new Field<>(FieldId.NVLINK_COUNT_SYMBOL_BER, GpuQuantities.NVLINK_SYMBOL_BER, LinkFields::ratio));

    private LinkFields() {}

    private static Field<Long> count(int id, Quantity<Long> quantity) {
        return new Field<>(id, quantity, value -> value);
    }

    static void read(NvmlDevice device, int link, Readings.Builder into) {
        int[] scopes = new int[FIELDS.size()];
        Arrays.fill(scopes, link);
        FieldValues batch =
                FieldValues.scoped(FIELDS.stream().mapToInt(Field::id).toArray(), scopes);
        try {
            device.fieldValues(batch);
        } catch (NvmlException e) {
            FIELDS.forEach(field -> field.missing(e, into));
            return;
        }
        for (int entry = 0; entry < FIELDS.size(); entry++) {
            FIELDS.get(entry).put(batch, entry, into);
        }
    }

    /** A ratio packed as mantissa (four bits) and negative decimal exponent (low byte): 0xf06 is 15e-6. */
    static Double ratio(long packed) {
        long mantissa = (packed >> EXPONENT_BITS) & MANTISSA_MASK;
        return mantissa * Math.pow(10, -(double) (packed & EXPONENT_MASK));
    }
}
