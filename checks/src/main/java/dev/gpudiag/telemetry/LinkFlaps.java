package dev.gpudiag.telemetry;

import dev.gpudiag.telemetry.SampleHistory.Increase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How often the link of each InfiniBand port went down in the last day, while it was watched.
 *
 * <p>A counter that falls was reset and counts on from its new value. Bounded by the ports of a node. Not thread-safe.
 */
final class LinkFlaps {

    private static final Duration WINDOW = Duration.ofHours(24);
    private static final int MOST_CHANGES = 256;

    private final Map<String, Port> ports = new HashMap<>();

    private record Change(Instant at, long by) {}

    /** One port: since when it is watched, what its counter was, and when that grew. */
    private record Port(Instant since, Instant seen, long last, Deque<Change> changes) {

        Port copy() {
            return new Port(since, seen, last, new ArrayDeque<>(changes));
        }
    }

    void see(NodeSample sample) {
        Instant now = sample.takenAt();
        for (InfinibandPort port : sample.rdma().ports().value().orElse(List.of())) {
            port.linkDowned().value().ifPresent(count -> see(port.name(), count, now));
        }
        ports.values().removeIf(port -> port.seen().isBefore(now.minus(WINDOW)));
    }

    private void see(String name, long count, Instant now) {
        Port known = ports.get(name);
        if (known == null || now.isBefore(known.seen())) {
            ports.put(name, new Port(now, now, count, new ArrayDeque<>()));
            return;
        }
        Deque<Change> changes = known.changes();
        if (count > known.last()) {
            changes.addLast(new Change(now, count - known.last()));
        }
        while (changes.size() > MOST_CHANGES
                || (!changes.isEmpty() && changes.getFirst().at().isBefore(now.minus(WINDOW)))) {
            changes.removeFirst();
        }
        ports.put(name, new Port(known.since(), now, count, changes));
    }

    /** How often it went down in the last day, and for how much of that day it was watched; empty before two looks. */
    Optional<Increase> of(InfinibandPort port, Instant now) {
        Port known = ports.get(port.name());
        if (known == null || !known.since().isBefore(now)) {
            return Optional.empty();
        }
        Duration watched = Duration.between(known.since(), now);
        long downs = known.changes().stream()
                .filter(change -> !change.at().isBefore(now.minus(WINDOW)))
                .mapToLong(Change::by)
                .sum();
        return Optional.of(new Increase(downs, watched.compareTo(WINDOW) < 0 ? watched : WINDOW));
    }

    void take(LinkFlaps other) {
        ports.clear();
        other.ports.forEach((name, port) -> ports.put(name, port.copy()));
    }
}
