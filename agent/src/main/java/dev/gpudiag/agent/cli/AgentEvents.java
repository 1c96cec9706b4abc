package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gpudiag.agent.client.AgentClient;
import dev.gpudiag.agent.client.AgentException;
import dev.gpudiag.agent.timeline.EventFormat;
import dev.gpudiag.agent.timeline.EventPage;
import dev.gpudiag.agent.timeline.EventQuery;
import dev.gpudiag.agent.timeline.TimelineEvent;
import java.io.IOException;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The events of a running agent, here or elsewhere. */
record AgentEvents(AgentClient client) {

    private static final String PATH = "/api/v1/events";

    /**
     * The events that a query wants.
     *
     * @throws AgentException where no agent answers
     * @throws IOException for an answer that cannot be understood
     */
    EventPage events(EventQuery query) throws AgentException, IOException, InterruptedException {
        JsonNode document = client.get(path(query)).document();
        List<TimelineEvent> events = new ArrayList<>();
        for (JsonNode event : document.path("events")) {
            events.add(EventFormat.parse(event));
        }
        return new EventPage(
                events,
                document.path("has_older").asBoolean(),
                document.path("damaged").asInt());
    }

    private static String path(EventQuery query) {
        List<String> parameters = new ArrayList<>(List.of("limit=" + query.limit()));
        query.since().ifPresent(from -> parameters.add("from=" + encoded(from.toString())));
        query.until().ifPresent(to -> parameters.add("to=" + encoded(to.toString())));
        query.gpu().ifPresent(gpu -> parameters.add("gpu=" + encoded(gpu)));
        if (!query.kinds().isEmpty()) {
            parameters.add("kind="
                    + query.kinds().stream()
                            .map(TimelineEvent.Kind::word)
                            .sorted()
                            .collect(Collectors.joining(",")));
        }
        return PATH + "?" + String.join("&", parameters);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}
