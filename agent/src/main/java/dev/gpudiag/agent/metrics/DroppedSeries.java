package dev.gpudiag.agent.metrics;

import java.util.EnumMap;
import java.util.Map;

/** Counts series that were left out of pages. Used by the thread that collects. */
final class DroppedSeries {

    /** Why a series was left out. */
    enum Reason {
        /** More processes than may be shown. */
        PROCESSES,
        /** More workloads than may be shown. */
        WORKLOADS,
        /** More series than a page may have. */
        PAGE,
        /** The driver gave two things the same labels. */
        DUPLICATE
    }

    private final Map<Reason, Long> total = new EnumMap<>(Reason.class);
    private final Map<Reason, Long> now = new EnumMap<>(Reason.class);

    DroppedSeries() {
        for (Reason reason : Reason.values()) {
            total.put(reason, 0L);
            now.put(reason, 0L);
        }
    }

    void newPage() {
        now.replaceAll((reason, count) -> 0L);
    }

    void add(Reason reason, long count) {
        total.merge(reason, count, Long::sum);
        now.merge(reason, count, Long::sum);
    }

    long total(Reason reason) {
        return total.get(reason);
    }

    long now(Reason reason) {
        return now.get(reason);
    }
}
