package dev.gpudiag.agent.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.bundle.Part;
import dev.gpudiag.agent.client.AgentAddress;
import dev.gpudiag.agent.client.AgentClient;
import dev.gpudiag.agent.client.AgentException;
import dev.gpudiag.agent.config.AgentSettings;
import dev.gpudiag.agent.report.JsonReport;
import dev.gpudiag.agent.report.JsonText;
import dev.gpudiag.checks.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the agent of this machine adds to a support bundle: how it is, what happened, and the past of memory and utilization.
 *
 * @param socket where it is asked; on a port of this machine a simulation may listen
 */
record AgentParts(Optional<Path> socket) {

    /** For one question: the bundle gives all of a part three seconds. */
    private static final Duration EACH = Duration.ofSeconds(1);

    private static final String EVENTS = "/api/v1/events?since=24h&limit=5000";

    /** All that an agent remembers, in few enough points for a look. */
    private static final String HISTORY = "/api/v1/history?since=3h&points=200";

    private static final List<String> METRICS = List.of("memory_used_bytes", "utilization_gpu_ratio");
    private static final int MOST_GPUS = 64;

    /** @param settings where the agent listens */
    AgentParts(Settings settings) {
        this(settings.get(AgentSettings.SOCKET));
    }

    /** The parts, none of which is asked for yet. */
    List<Part> all() {
        return List.of(
                new Part("agent-status.json", "how the agent is", () -> JsonText.of(status())),
                new Part("agent-events.json", "what the agent saw happen in the last 24 hours", this::events),
                new Part(
                        "agent-history.json", "memory and utilization of each GPU in the last 3 hours", this::history));
    }

    private String events() throws IOException, InterruptedException {
        status();
        return JsonText.of(get(EVENTS));
    }

    private String history() throws IOException, InterruptedException {
        JsonNode gpus = status().path("gpus");
        ObjectNode root = JsonNodeFactory.instance.objectNode().put("schema_version", JsonReport.SCHEMA_VERSION);
        ArrayNode series = root.putArray("series");
        for (int i = 0; i < Math.min(gpus.size(), MOST_GPUS); i++) {
            for (String metric : METRICS) {
                series.add(get(HISTORY + "&metric=" + metric + "&gpu="
                        + gpus.path(i).path("index").asInt()));
            }
        }
        return JsonText.of(root);
    }

    /** The agent's state; a simulation is no agent of this machine, wherever it listens. */
    private ObjectNode status() throws IOException, InterruptedException {
        ObjectNode status = get(StatusCommand.PATH);
        String source = status.path("source").asText("LIVE");
        if (!source.equals("LIVE")) {
            throw new IOException("the agent at " + address() + " watches another node: " + source);
        }
        return status;
    }

    private ObjectNode get(String path) throws IOException, InterruptedException {
        try {
            return new AgentClient(List.of(address()), EACH).get(path).document();
        } catch (AgentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private AgentAddress address() throws IOException {
        return new AgentAddress.Socket(
                socket.orElseThrow(() -> new IOException("the agent has no socket: web.socket is set to nothing")));
    }
}
