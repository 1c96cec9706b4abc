package dev.gpudiag.checks.memory;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a {@link GrowthDetector} makes of the samples so far.
 *
 * @param level how sure
 * @param shape what the growth looks like, and through {@link GrowthShape#lookAlikes()} what else would
 * @param levelSince when this level was reached; empty for {@link GrowthLevel#NONE}
 * @param growingSince begin of the growth that is judged; empty where there is none
 * @param slope how fast it grows; empty where there is no growth
 * @param why which conditions hold, or which one fails
 * @param events levels raised and cleared, oldest first, the newest {@value GrowthDetector#EVENTS}
 */
public record GrowthVerdict(
        GrowthLevel level,
        GrowthShape shape,
        Optional<Instant> levelSince,
        Optional<Instant> growingSince,
        Optional<GrowthSlope> slope,
        String why,
        List<GrowthEvent> events) {

    public GrowthVerdict {
        requireNonNull(level);
        requireNonNull(shape);
        requireNonNull(levelSince);
        requireNonNull(growingSince);
        requireNonNull(slope);
        requireNonNull(why);
        events = List.copyOf(events);
    }
}
