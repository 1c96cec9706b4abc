package dev.gpudiag.agent.sampling;

import dev.gpudiag.nvml.FieldId;
import dev.gpudiag.nvml.FieldValues;
import dev.gpudiag.nvml.NvmlDevice;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.nvml.NvmlReturn;
import dev.gpudiag.nvml.NvmlValue;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The quantities that NVML gives by field id only, read in one call.
 *
 * <p>Ids that were renumbered are chosen by the driver's branch.
 */
final class GpuFields {

    private static final String FUNCTION = "nvmlDeviceGetFieldValues";

    /** The scope that asks for the sum over all links. */
    private static final int ALL_LINKS = -1;

    private static final long KIBI = 1024;

    /** A field id and the quantity it gives. */
    private record Field<T>(int id, int scope, String name, Quantity<T> quantity, Function<NvmlValue, T> value) {

        Field(int id, String name, Quantity<T> quantity, Function<NvmlValue, T> value) {
            this(id, 0, name, quantity, value);
        }

        void put(FieldValues batch, int entry, Readings.Builder into) {
            NvmlReturn result = batch.result(entry);
            // an id that this driver does not know is answered by "invalid argument" for the entry
            Reading<T> reading = result.code() == NvmlReturn.SUCCESS.code()
                    ? Reading.of(value.apply(batch.value(entry)), source())
                    : result.code() == NvmlReturn.INVALID_ARGUMENT.code()
                            ? Reading.missing(Reading.Reason.NOT_SUPPORTED, source(), result.text(), result.code())
                            : NvmlReasons.missing(source(), result);
            into.put(quantity, reading);
        }

        void missing(NvmlException e, Readings.Builder into) {
            into.put(quantity, NvmlReasons.missing(e));
        }

        private String source() {
            return FUNCTION + "(" + name + ")";
        }
    }

    private static final List<Field<?>> FIELDS = List.of(
            celsius(82, "NVML_FI_DEV_MEMORY_TEMP", GpuQuantities.TEMPERATURE_MEMORY),
            celsius(193, "NVML_FI_DEV_TEMPERATURE_SHUTDOWN_TLIMIT", GpuQuantities.TLIMIT_SHUTDOWN),
            celsius(194, "NVML_FI_DEV_TEMPERATURE_SLOWDOWN_TLIMIT", GpuQuantities.TLIMIT_SLOWDOWN),
            celsius(195, "NVML_FI_DEV_TEMPERATURE_MEM_MAX_TLIMIT", GpuQuantities.TLIMIT_MEMORY_MAX),
            celsius(196, "NVML_FI_DEV_TEMPERATURE_GPU_MAX_TLIMIT", GpuQuantities.TLIMIT_GPU_MAX),
            new Field<>(186, "NVML_FI_DEV_POWER_INSTANT", GpuQuantities.POWER_INSTANT, value -> value.asLong() / 1e3),
            new Field<>(230, "NVML_FI_DEV_GET_GPU_RECOVERY_ACTION", GpuQuantities.RECOVERY_ACTION, NvmlValue::asLong),
            new Field<>(91, "NVML_FI_DEV_NVLINK_LINK_COUNT", GpuQuantities.NVLINK_COUNT, NvmlValue::asLong),
            allLinks(138, "NVML_FI_DEV_NVLINK_THROUGHPUT_DATA_TX", GpuQuantities.NVLINK_TRANSMITTED),
            allLinks(139, "NVML_FI_DEV_NVLINK_THROUGHPUT_DATA_RX", GpuQuantities.NVLINK_RECEIVED));

    private final List<Field<?>> fields;
    private final FieldValues batch;

    /** @param branch of the driver, such as 550 */
    GpuFields(int branch) {
        List<Field<?>> all = new ArrayList<>(FIELDS);
        seconds(FieldId.clocksEventReasonSwThermSlowdown(branch), "SW_THERM", GpuQuantities.VIOLATION_SW_THERMAL, all);
        seconds(FieldId.clocksEventReasonHwThermSlowdown(branch), "HW_THERM", GpuQuantities.VIOLATION_HW_THERMAL, all);
        seconds(
                FieldId.clocksEventReasonHwPowerBrakeSlowdown(branch),
                "HW_POWER_BRAKE",
                GpuQuantities.VIOLATION_HW_POWER_BRAKE,
                all);
        fields = List.copyOf(all);
        batch = FieldValues.scoped(
                fields.stream().mapToInt(Field::id).toArray(),
                fields.stream().mapToInt(Field::scope).toArray());
    }

    private static void seconds(OptionalInt id, String reason, Quantity<Double> quantity, List<Field<?>> into) {
        String name = "NVML_FI_DEV_CLOCKS_EVENT_REASON_" + reason + "_SLOWDOWN";
        id.ifPresent(number -> into.add(new Field<>(number, name, quantity, value -> value.asLong() / 1e9)));
    }

    /** A sum over all links, given in KiB. */
    private static Field<Long> allLinks(int id, String name, Quantity<Long> quantity) {
        return new Field<>(id, ALL_LINKS, name, quantity, value -> value.asLong() * KIBI);
    }

    private static Field<Double> celsius(int id, String name, Quantity<Double> quantity) {
        // T.Limits are distances and negative as often as not: an unsigned value is a signed one that was widened
        return new Field<>(id, name, quantity, value -> (double) (int) value.asLong());
    }

    /** Reads all fields; the exception when the call as a whole failed. */
    Optional<NvmlException> read(NvmlDevice device, Readings.Builder into) {
        try {
            device.fieldValues(batch);
        } catch (NvmlException e) {
            fields.forEach(field -> field.missing(e, into));
            return Optional.of(e);
        }
        for (int entry = 0; entry < fields.size(); entry++) {
            fields.get(entry).put(batch, entry, into);
        }
        return Optional.empty();
    }
}
