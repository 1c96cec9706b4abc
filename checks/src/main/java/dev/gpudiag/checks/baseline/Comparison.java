package dev.gpudiag.checks.baseline;

import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.NodeSample;
import java.util.List;

/**
 * A node against its baseline.
 *
 * @param changes the worst first
 * @param found GPUs of the baseline that are here, by UUID or address
 * @param compared how many facts were held against each other
 * @param notCompared facts of the baseline that this sample does not hold, one sentence each
 */
public record Comparison(List<Change> changes, int found, int compared, List<String> notCompared) {

    public Comparison {
        changes = List.copyOf(changes);
        notCompared = List.copyOf(notCompared);
    }

    public static Comparison of(Baseline baseline, NodeSample sample) {
        return new ComparisonWalk(baseline, sample).compare();
    }

    /** The worst of all changes; OK where there is none, SKIPPED where nothing could be compared. */
    public Status status() {
        return changes.stream()
                .map(Change::severity)
                .reduce(Status::worse)
                .orElse(found == 0 && compared == 0 ? Status.SKIPPED : Status.OK);
    }

    /** Whether none of the baseline's GPUs is here although others are: a baseline of another machine. */
    public boolean looksForeign() {
        boolean others = changes.stream().anyMatch(change -> change.fact().equals(Change.GPU) && !change.isGoneGpu());
        return found == 0 && others;
    }
}
