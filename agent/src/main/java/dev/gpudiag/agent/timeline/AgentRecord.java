package dev.gpudiag.agent.timeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.state.StateFormatException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one run of the agent leaves for the next: when it was alive last, and which processes it followed.
 *
 * @param version of gpudiag
 * @param boot the kernel's boot in which it ran
 * @param endedAt when it ended as it should; empty while it runs, and for ever where it was killed
 */
record AgentRecord(
        String version,
        long pid,
        Optional<String> boot,
        Instant startedAt,
        Instant aliveAt,
        Optional<Instant> endedAt,
        List<FollowedProcess> processes) {

    private static final int VERSION = 1;
    private static final String KIND = "gpudiag-agent";
    private static final ObjectMapper JSON = new ObjectMapper();

    AgentRecord {
        processes = List.copyOf(processes);
    }

    byte[] format() {
        ObjectNode root = JSON.createObjectNode();
        root.put("schema_version", VERSION);
        root.put("kind", KIND);
        root.put("version", version);
        root.put("pid", pid);
        root.put("boot", boot.orElse(null));
        root.put("started_at", startedAt.toString());
        root.put("alive_at", aliveAt.toString());
        root.put("ended_at", endedAt.map(Instant::toString).orElse(null));
        ArrayNode list = root.putArray("processes");
        for (FollowedProcess followed : processes) {
            ObjectNode json = list.addObject();
            EventFormat.gpu(json.putObject("gpu"), followed.gpu());
            ProcessFormat.write(json.putObject("process"), followed.process());
            followed.startTicks().ifPresent(ticks -> json.put("start_ticks", ticks));
            json.put("first_seen", followed.firstSeen().toString());
            json.put("last_seen", followed.lastSeen().toString());
            json.put("told", followed.told());
        }
        return root.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** @throws StateFormatException for what is no such record, or is a newer one */
    static AgentRecord parse(byte[] bytes) throws StateFormatException {
        try {
            JsonNode root = JSON.readTree(new String(bytes, StandardCharsets.UTF_8));
            if (!root.path("kind").asText().equals(KIND)) {
                throw new StateFormatException("no record of an agent");
            }
            if (root.path("schema_version").asInt() > VERSION) {
                throw StateFormatException.newer(root.path("schema_version").asInt());
            }
            List<FollowedProcess> processes = new ArrayList<>();
            for (JsonNode json : root.path("processes")) {
                processes.add(process(json));
            }
            return new AgentRecord(
                    root.path("version").asText(),
                    root.path("pid").asLong(),
                    ProcessFormat.text(root, "boot"),
                    Instant.parse(root.path("started_at").asText()),
                    Instant.parse(root.path("alive_at").asText()),
                    ProcessFormat.text(root, "ended_at").map(Instant::parse),
                    processes);
        } catch (JsonProcessingException e) {
            throw new StateFormatException("not JSON: " + e.getOriginalMessage());
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new StateFormatException("makes no sense: " + e.getMessage());
        }
    }

    private static FollowedProcess process(JsonNode json) {
        JsonNode ticks = json.path("start_ticks");
        return new FollowedProcess(
                EventFormat.gpu(json.path("gpu")),
                ProcessFormat.read(json.path("process")),
                ticks.isIntegralNumber() ? Optional.of(ticks.asLong()) : Optional.empty(),
                Instant.parse(json.path("first_seen").asText()),
                Instant.parse(json.path("last_seen").asText()),
                json.path("told").asBoolean());
    }
}
