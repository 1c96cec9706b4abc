package dev.gpudiag.checks;

import dev.gpudiag.checks.memory.GrowthLevel;
import dev.gpudiag.checks.memory.GrowthSlope.Exhaustion;
import java.time.Duration;
import java.util.Optional;

/** How bad growth of memory is: by how sure it is a leak, and by when the memory ends. */
public final class GrowthSeverity {

    /** A confirmed leak that fills the memory within this time is critical. */
    public static final Duration SOON = Duration.ofHours(24);

    private GrowthSeverity() {}

    public static Status of(GrowthLevel level, Optional<Exhaustion> end) {
        return switch (level) {
            case NONE -> Status.OK;
            case SUSPECT -> Status.INFO;
            case LIKELY -> Status.WARNING;
            case CONFIRMED ->
                end.filter(when -> when.expected().compareTo(SOON) < 0).isPresent() ? Status.CRITICAL : Status.WARNING;
        };
    }
}
