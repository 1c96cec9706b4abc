package dev.gpudiag.agent.trace;

import dev.gpudiag.checks.memory.GrowthLevel;
import dev.gpudiag.checks.memory.GrowthSlope.Exhaustion;
import dev.gpudiag.checks.memory.GrowthVerdict;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One process or GPU of a trace, and what its memory did.
 *
 * @param spanSeconds from its first sample to its last
 * @param samples how many there are
 * @param verdict at the end of the trace
 * @param reached when a level was reached first, in seconds from the first sample of the trace; a higher one counts for
 *     the lower ones
 * @param cleared when a level was cleared, in the same seconds
 * @param exhaustion when the memory ends, counted from the last sample; empty where it does not or its size is not known
 * @param headroomBytes what was free at the end, where that is known
 */
public record TraceSeries(
        String gpu,
        OptionalLong pid,
        double spanSeconds,
        long samples,
        long lastBytes,
        GrowthVerdict verdict,
        Map<GrowthLevel, Double> reached,
        List<Double> cleared,
        Optional<Exhaustion> exhaustion,
        OptionalLong headroomBytes,
        MemoryCurve curve) {
    public TraceSeries {
        reached = Map.copyOf(reached);
        cleared = List.copyOf(cleared);
    }
}
