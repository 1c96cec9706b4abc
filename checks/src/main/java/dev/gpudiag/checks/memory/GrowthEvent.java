package dev.gpudiag.checks.memory;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/** A level that was raised, or cleared to {@link GrowthLevel#NONE}, at the time of the sample that decided it. */
public record GrowthEvent(Instant at, GrowthLevel level) {
    public GrowthEvent {
        requireNonNull(at);
        requireNonNull(level);
    }
}
