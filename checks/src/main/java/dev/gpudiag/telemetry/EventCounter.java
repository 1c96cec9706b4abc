package dev.gpudiag.telemetry;

import java.util.List;

/** A counter of which {@link SampleHistory} remembers by how much it grew, whatever resets it. */
public enum EventCounter {
    PCIE_REPLAYS(Of.GPU, GpuQuantities.PCIE_REPLAYS),
    AER_CORRECTABLE(Of.GPU, GpuQuantities.AER_CORRECTABLE, GpuQuantities.AER_PORT_CORRECTABLE),
    AER_UNCORRECTABLE(
            Of.GPU,
            GpuQuantities.AER_NONFATAL,
            GpuQuantities.AER_FATAL,
            GpuQuantities.AER_PORT_NONFATAL,
            GpuQuantities.AER_PORT_FATAL),
    ECC_CORRECTED(Of.GPU, GpuQuantities.ECC_VOLATILE_CORRECTED),
    THERMAL_SECONDS(Of.GPU, GpuQuantities.VIOLATION_THERMAL),
    THERMAL_SLOWDOWN_SECONDS(Of.GPU, GpuQuantities.VIOLATION_SW_THERMAL, GpuQuantities.VIOLATION_HW_THERMAL),
    POWER_BRAKE_SECONDS(Of.GPU, GpuQuantities.VIOLATION_HW_POWER_BRAKE),
    NVLINK_REPLAYS(Of.LINKS, GpuQuantities.NVLINK_REPLAYS),
    NVLINK_RECOVERIES(Of.LINKS, GpuQuantities.NVLINK_RECOVERIES),
    NVLINK_CRC_ERRORS(Of.LINKS, GpuQuantities.NVLINK_CRC_FLIT, GpuQuantities.NVLINK_CRC_DATA),
    NVLINK_RECOVERED(Of.LINKS, GpuQuantities.NVLINK_RECOVERED),
    NVLINK_TRAFFIC_BYTES(Of.GPU, GpuQuantities.NVLINK_TRANSMITTED, GpuQuantities.NVLINK_RECEIVED);

    private enum Of {
        GPU,
        LINKS
    }

    private final Of of;

    @SuppressWarnings("ImmutableEnumChecker") // what List.of gives never changes
    private final List<Quantity<? extends Number>> quantities;

    @SafeVarargs
    @SuppressWarnings("varargs") // List.of only reads the array
    EventCounter(Of of, Quantity<? extends Number>... quantities) {
        this.of = of;
        this.quantities = List.of(quantities);
    }

    /** What it is the sum of, in an order that does not change; NaN for one that was not read. */
    double[] parts(GpuSample gpu) {
        List<Readings> sources = of == Of.GPU ? List.of(gpu.readings()) : gpu.nvlinks();
        double[] parts = new double[sources.size() * quantities.size()];
        int next = 0;
        for (Readings source : sources) {
            for (Quantity<? extends Number> quantity : quantities) {
                parts[next++] = source.value(quantity).map(Number::doubleValue).orElse(Double.NaN);
            }
        }
        return parts;
    }
}
