package dev.gpudiag.agent.timeline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.state.StateFormatException;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuIdentity;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An event as one JSON object, on disk, over HTTP and in {@code gpudiag timeline --json}.
 *
 * <p>Keys are public: they are added, never renamed, within one {@link #SCHEMA_VERSION}. What does not apply is null.
 */
public final class EventFormat {

    /** Version of an event's form. */
    public static final int SCHEMA_VERSION = 1;

    private static final int DEPTH_LIMIT = 16;
    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH_LIMIT)
                            .build())
                    .build())
            .build();

    private EventFormat() {}

    public static ObjectNode json(TimelineEvent event) {
        ObjectNode json = JSON.createObjectNode();
        json.put("schema_version", SCHEMA_VERSION);
        json.put("id", event.id());
        json.put("at", event.at().toString());
        json.put("kind", event.kind().word());
        json.put("action", event.action());
        json.put("severity", event.severity().name());
        json.put("subject", event.subject().orElse(null));
        event.gpu().ifPresentOrElse(gpu -> gpu(json.putObject("gpu"), gpu), () -> json.putNull("gpu"));
        event.process()
                .ifPresentOrElse(
                        process -> ProcessFormat.write(json.putObject("process"), process),
                        () -> json.putNull("process"));
        json.put("text", event.text());
        event.boot().ifPresent(boot -> json.put("kernel_boot", boot));
        event.sequence().ifPresent(sequence -> json.put("kernel_sequence", sequence));
        return json;
    }

    static void gpu(ObjectNode json, GpuIdentity gpu) {
        json.put("index", gpu.index());
        json.put("uuid", gpu.uuid().orElse(null));
        json.put("pci_bus_id", gpu.pciBusId().orElse(null));
        json.put("name", gpu.name().orElse(null));
    }

    static GpuIdentity gpu(JsonNode json) {
        return new GpuIdentity(
                json.path("index").asInt(-1),
                ProcessFormat.text(json, "uuid"),
                ProcessFormat.text(json, "pci_bus_id"),
                ProcessFormat.text(json, "name"));
    }

    /**
     * The event in one JSON object.
     *
     * @throws StateFormatException for what is none, or is of a newer form
     */
    public static TimelineEvent parse(String text) throws StateFormatException {
        try {
            return parse(JSON.readTree(text));
        } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
            throw new StateFormatException("no event: " + e.getMessage());
        }
    }

    /** The same of JSON that is parsed already. */
    public static TimelineEvent parse(JsonNode json) throws StateFormatException {
        int version = json.path("schema_version").asInt();
        if (version > SCHEMA_VERSION) {
            throw StateFormatException.newer(version);
        }
        if (version < 1) {
            throw new StateFormatException("no event: no schema_version");
        }
        try {
            return new TimelineEvent(
                    json.path("id").asLong(),
                    Instant.parse(json.path("at").asText()),
                    TimelineEvent.Kind.of(json.path("kind").asText())
                            .orElseThrow(() -> new IllegalArgumentException("unknown kind " + json.path("kind"))),
                    json.path("action").asText(),
                    Status.valueOf(json.path("severity").asText()),
                    Optional.of(json.path("gpu")).filter(JsonNode::isObject).map(EventFormat::gpu),
                    Optional.of(json.path("process")).filter(JsonNode::isObject).map(ProcessFormat::read),
                    ProcessFormat.text(json, "subject"),
                    json.path("text").asText(),
                    ProcessFormat.text(json, "kernel_boot"),
                    json.path("kernel_sequence").isIntegralNumber()
                            ? OptionalLong.of(json.path("kernel_sequence").asLong())
                            : OptionalLong.empty());
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new StateFormatException("no event: " + e.getMessage());
        }
    }
}
