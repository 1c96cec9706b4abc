package dev.gpudiag.checks;

import dev.gpudiag.telemetry.GpuIdentity;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What this node had when it was well, saved before.
 *
 * @param savedAt when it was saved
 * @param gpus the GPUs it had
 * @param driverVersion driver it had
 */
public record Baseline(Instant savedAt, List<GpuIdentity> gpus, Optional<String> driverVersion) {
    public Baseline {
        gpus = List.copyOf(gpus);
    }
}
