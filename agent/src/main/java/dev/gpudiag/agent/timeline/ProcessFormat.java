package dev.gpudiag.agent.timeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.telemetry.Workload;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** A process of an event as a JSON object; names that are longer than any system allows are cut. */
final class ProcessFormat {

    /** The longest name that Kubernetes allows. */
    private static final int NAME_LIMIT = 253;

    private ProcessFormat() {}

    static void write(ObjectNode json, EventProcess process) {
        json.put("pid", process.pid());
        put(json, "name", process.name());
        put(json, "user", process.user());
        json.put("started_at", process.startedAt().map(Instant::toString).orElse(null));
        if (process.peakBytes().isPresent()) {
            json.put("peak_memory_bytes", process.peakBytes().getAsLong());
        } else {
            json.putNull("peak_memory_bytes");
        }
        process.workload()
                .ifPresentOrElse(
                        workload -> write(json.putObject("workload"), workload), () -> json.putNull("workload"));
    }

    private static void write(ObjectNode json, Workload workload) {
        json.put("kind", workload.kind().name());
        put(json, "name", Optional.of(workload.name()));
        put(json, "namespace", workload.namespace());
        put(json, "pod", workload.pod());
        put(json, "pod_uid", workload.podUid());
        put(json, "container", workload.container());
        put(json, "container_id", workload.containerId());
        put(json, "runtime", workload.runtime());
    }

    private static void put(ObjectNode json, String key, Optional<String> text) {
        json.put(key, text.map(ProcessFormat::cut).orElse(null));
    }

    private static String cut(String text) {
        return text.length() <= NAME_LIMIT ? text : text.substring(0, NAME_LIMIT - 3) + "...";
    }

    /** @throws IllegalArgumentException for what is no process */
    static EventProcess read(JsonNode json) {
        if (!json.path("pid").isIntegralNumber()) {
            throw new IllegalArgumentException("a process without a pid");
        }
        JsonNode peak = json.path("peak_memory_bytes");
        return new EventProcess(
                json.path("pid").asLong(),
                text(json, "name"),
                text(json, "user"),
                Optional.of(json.path("workload")).filter(JsonNode::isObject).map(ProcessFormat::workload),
                text(json, "started_at").map(Instant::parse),
                peak.isIntegralNumber() ? OptionalLong.of(peak.asLong()) : OptionalLong.empty());
    }

    private static Workload workload(JsonNode json) {
        return new Workload(
                Workload.Kind.valueOf(json.path("kind").asText()),
                json.path("name").asText(),
                text(json, "namespace"),
                text(json, "pod"),
                text(json, "pod_uid"),
                text(json, "container"),
                text(json, "container_id"),
                text(json, "runtime"));
    }

    static Optional<String> text(JsonNode json, String key) {
        return json.path(key).isTextual() ? Optional.of(json.path(key).textValue()) : Optional.empty();
    }
}
