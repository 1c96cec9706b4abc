package dev.gpudiag.agent.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.report.JsonReport;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.file.attribute.GroupPrincipal;
import java.util.List;
import java.util.Optional;

/** What may be done over the agent's socket: who may not, or came over the network, is refused before its body is read. */
public final class LocalActions {

    private static final int MOST_BODY_BYTES = Connectors.MOST_BODY_BYTES;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Optional<PeerRule> rule;
    private final List<LocalAction> actions;

    /**
     * @param rule who may; nobody where it is empty
     */
    public LocalActions(Optional<PeerRule> rule, List<LocalAction> actions) {
        this.rule = rule;
        this.actions = List.copyOf(actions);
    }

    List<LocalAction> actions() {
        return actions;
    }

    /** The group that may use the socket, where this machine has one. */
    Optional<GroupPrincipal> group() {
        return rule.flatMap(PeerRule::group);
    }

    void addTo(RoutesConfig routes) {
        for (LocalAction action : actions) {
            switch (action.method()) {
                case POST -> routes.post(action.path(), context -> answer(context, action));
                case DELETE -> routes.delete(action.path(), context -> answer(context, action));
            }
        }
    }

    private void answer(Context context, LocalAction action) throws IOException {
        try {
            Optional<Peer> peer = Peer.of(context.req());
            if (peer.isEmpty()) {
                throw new ProblemException(403, "this is done over the agent's socket alone, on its own machine");
            }
            if (rule.isEmpty() || !rule.get().allows(peer.get())) {
                throw new ProblemException(403, PeerRule.REFUSAL);
            }
            ObjectNode answer = MAPPER.createObjectNode().put("schema_version", JsonReport.SCHEMA_VERSION);
            ApiAnswer.json(context, answer.setAll(action.act().run(body(context), peer.get())));
        } catch (ProblemException e) {
            ApiAnswer.problem(context, e.status(), e.getMessage());
        }
    }

    private static ObjectNode body(Context context) throws ProblemException, IOException {
        byte[] bytes = context.req().getInputStream().readNBytes(MOST_BODY_BYTES + 1);
        if (bytes.length > MOST_BODY_BYTES) {
            throw new ProblemException(413, "the body is longer than " + MOST_BODY_BYTES + " bytes");
        }
        if (bytes.length == 0) {
            return MAPPER.createObjectNode();
        }
        try {
            JsonNode read = MAPPER.readTree(bytes);
            if (read instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw new ProblemException(400, "the body is no JSON: " + e.getOriginalMessage());
        }
        throw new ProblemException(400, "the body is no JSON object");
    }
}
