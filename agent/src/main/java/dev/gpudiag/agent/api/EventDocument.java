package dev.gpudiag.agent.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.config.Suggestions;
import dev.gpudiag.agent.http.ApiRequest;
import dev.gpudiag.agent.http.ProblemException;
import dev.gpudiag.agent.timeline.EventFormat;
import dev.gpudiag.agent.timeline.EventPage;
import dev.gpudiag.agent.timeline.EventQuery;
import dev.gpudiag.agent.timeline.TimelineEvent.Kind;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** {@code /api/v1/events}: what has happened on the node. */
final class EventDocument {

    static final Set<String> PARAMETERS = Set.of("from", "to", "since", "gpu", "kind", "limit");

    private static final int LIMIT = 1_000;

    private EventDocument() {}

    static ObjectNode of(AgentView view, ApiRequest request) throws ProblemException {
        EventPage page;
        try {
            page = view.events().events(query(request, view.now()));
        } catch (IOException e) {
            throw new ProblemException(404, "the timeline is not known: " + e.getMessage());
        }
        ObjectNode root = Api.begun();
        ArrayNode events = root.putArray("events");
        page.events().forEach(event -> events.add(EventFormat.json(event)));
        root.put("has_older", page.hasOlder());
        root.put("damaged", page.damaged());
        return root;
    }

    private static EventQuery query(ApiRequest request, Instant now) throws ProblemException {
        Optional<Instant> from = Optional.empty();
        Optional<Instant> to = Optional.empty();
        if (request.one("from").isPresent() || request.one("since").isPresent()) {
            from = Optional.of(TimeRange.of(request, now, Duration.ZERO).from());
        }
        if (request.one("to").isPresent()) {
            to = Optional.of(TimeRange.instant("to", request.one("to").get()));
        }
        String limit = request.one("limit").orElse(String.valueOf(LIMIT));
        if (!limit.matches("[1-9][0-9]{0,4}") || Integer.parseInt(limit) > EventQuery.LIMIT) {
            throw new ProblemException(400, "limit is 1 to " + EventQuery.LIMIT + ", not '" + limit + "'");
        }
        return new EventQuery(from, to, request.one("gpu"), kinds(request), Integer.parseInt(limit));
    }

    private static Set<Kind> kinds(ApiRequest request) throws ProblemException {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (String word : request.all("kind")) {
            kinds.add(Kind.of(word)
                    .orElseThrow(() -> new ProblemException(
                            400,
                            "no kind '" + word + "'" + Suggestions.hint(word, Kind.words()) + "; there are: "
                                    + String.join(", ", Kind.words()))));
        }
        return kinds;
    }
}
