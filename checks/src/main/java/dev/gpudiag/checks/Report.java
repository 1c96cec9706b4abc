package dev.gpudiag.checks;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.telemetry.NodeSample;
import java.util.List;
import java.util.Optional;

/**
 * The results of all checks over one sample, in the order of the catalog.
 *
 * @param baseline what the node had when it was well, which names what a lost GPU no longer tells
 */
public record Report(NodeSample sample, List<CheckResult> results, Optional<Baseline> baseline) {

    public Report {
        requireNonNull(sample, "sample is null");
        results = List.copyOf(results);
        requireNonNull(baseline, "baseline is null");
    }

    /** A report of a node of which no baseline is known. */
    public Report(NodeSample sample, List<CheckResult> results) {
        this(sample, results, Optional.empty());
    }

    /** The same node with other results. */
    public Report withResults(List<CheckResult> others) {
        return new Report(sample, others, baseline);
    }

    /** The worst status of any check; a report of which nothing was run is SKIPPED. */
    public Status verdict() {
        return results.stream().map(CheckResult::status).reduce(Status.SKIPPED, Status::worse);
    }

    public int exitCode() {
        return verdict().exitCode();
    }

    public Optional<CheckResult> result(String id) {
        return results.stream().filter(result -> result.id().equals(id)).findFirst();
    }

    public List<CheckResult> skipped() {
        return results.stream()
                .filter(result -> result.status() == Status.SKIPPED)
                .toList();
    }

    public int ran() {
        return results.size() - skipped().size();
    }
}
