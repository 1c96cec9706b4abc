package dev.gpudiag.agent.timeline;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The events that a query found, oldest first.
 *
 * @param hasOlder whether older ones match too, and were left out for the limit
 * @param damaged records on disk that could not be read
 */
public record EventPage(List<TimelineEvent> events, boolean hasOlder, int damaged) {

    /** As they happened; as they were recorded where that is the same instant. */
    static final Comparator<TimelineEvent> BY_TIME =
            Comparator.comparing(TimelineEvent::at).thenComparingLong(TimelineEvent::id);

    public EventPage {
        events = List.copyOf(events);
    }

    /** Collects the newest events that a query wants. Not thread-safe. */
    static final class Collector {

        private final EventQuery query;
        private final PriorityQueue<TimelineEvent> newest = new PriorityQueue<>(BY_TIME);
        private boolean hasOlder;

        Collector(EventQuery query) {
            this.query = query;
        }

        void offer(TimelineEvent event) {
            if (!query.matches(event)) {
                return;
            }
            newest.add(event);
            if (newest.size() > query.limit()) {
                newest.poll();
                hasOlder = true;
            }
        }

        EventPage page(int damaged) {
            return new EventPage(newest.stream().sorted(BY_TIME).toList(), hasOlder, damaged);
        }
    }
}
