package dev.gpudiag.agent.cli;

import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.SampleHistory;

/** What was seen before, of a node that is watched: its source's own past, which goes on, or one that begins empty. */
record WatchedPast(SampleHistory history, MemoryGrowth growth) {

    static WatchedPast of(NodeSource node) {
        SampleHistory known = node.history();
        return known.pointsPerGpu() > 1
                ? new WatchedPast(known, node.growth())
                : new WatchedPast(
                        new SampleHistory(ProductSources.HISTORY_SPAN, ProductSources.HISTORY_RESOLUTION),
                        new MemoryGrowth(MemoryGrowth.LIMIT));
    }

    void add(NodeSample sample) {
        history.add(sample);
        growth.add(sample);
    }
}
