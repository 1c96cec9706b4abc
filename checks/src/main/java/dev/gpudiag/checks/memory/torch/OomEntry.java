package dev.gpudiag.checks.memory.torch;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * An allocation that failed, as the trace of a device recorded it.
 *
 * @param requested bytes asked for
 * @param deviceFree bytes that the driver had left
 * @param stream CUDA stream that asked
 * @param timeMicros microseconds since the epoch
 * @param entriesAfter what the trace holds after it: 0 where the snapshot shows the very moment
 */
public record OomEntry(
        int device,
        long requested,
        OptionalLong deviceFree,
        Optional<Long> stream,
        OptionalLong timeMicros,
        long entriesAfter) {

    public OomEntry {
        requireNonNull(deviceFree, "deviceFree is null");
        requireNonNull(stream, "stream is null");
        requireNonNull(timeMicros, "timeMicros is null");
        if (requested < 0 || entriesAfter < 0) {
            throw new IllegalArgumentException("negative");
        }
    }
}
