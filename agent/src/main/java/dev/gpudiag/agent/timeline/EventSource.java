package dev.gpudiag.agent.timeline;

import java.io.IOException;

/** Where events can be asked for: the timeline of this process, its files, or a running agent. */
@FunctionalInterface
public interface EventSource {

    /**
     * The events that a query wants.
     *
     * @throws IOException with a message for people, where they cannot be read
     */
    EventPage events(EventQuery query) throws IOException;
}
