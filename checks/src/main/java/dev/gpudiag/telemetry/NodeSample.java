package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;

/** Everything known of one node at one instant; immutable. */
public record NodeSample(Instant takenAt, SampleSource source, DriverState driver, List<GpuSample> gpus) {

    public NodeSample {
        requireNonNull(takenAt, "takenAt is null");
        requireNonNull(source, "source is null");
        requireNonNull(driver, "driver is null");
        gpus = List.copyOf(gpus);
    }
}
