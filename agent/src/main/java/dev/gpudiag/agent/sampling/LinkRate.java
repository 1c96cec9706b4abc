package dev.gpudiag.agent.sampling;

import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Readings;
import java.util.Optional;

/** The rate of data over all NVLinks, from what their counters grew by between two readings. */
final class LinkRate {

    private Optional<Long> bytesBefore = Optional.empty();
    private long nanosBefore;

    /** What there is to say after a reading at {@code nanos}; nothing after the first, or when counters went back. */
    Readings after(Readings readings, long nanos) {
        Optional<Long> bytes = readings.value(GpuQuantities.NVLINK_TRANSMITTED)
                .flatMap(sent -> readings.value(GpuQuantities.NVLINK_RECEIVED).map(received -> sent + received));
        Readings.Builder rate = Readings.builder();
        if (bytes.isPresent() && bytesBefore.isPresent() && bytes.get() >= bytesBefore.get() && nanos > nanosBefore) {
            double grown = (double) (bytes.get() - bytesBefore.get());
            rate.put(
                    GpuQuantities.NVLINK_RATE,
                    grown * 1e9 / (nanos - nanosBefore),
                    "NVML_FI_DEV_NVLINK_THROUGHPUT_DATA");
        }
        bytesBefore = bytes;
        nanosBefore = nanos;
        return rate.build();
    }
}
