package dev.gpudiag.agent.trace;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One line of gpudiag's own recording, a JSON object:
 * {@code {schema_version, at, gpu, pid, start_ticks, used_bytes, total_bytes, utilization_ratio}}.
 *
 * <p>{@code pid} and {@code start_ticks} are null for the GPU as a whole; what was not read is null.
 */
public final class RecordedLine {

    private static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private RecordedLine() {}

    /** The line of a point that was seen at a time. */
    public static String write(Instant at, TracePoint point) {
        ObjectNode node = JSON.createObjectNode();
        node.put("schema_version", VERSION).put("at", at.toString()).put("gpu", point.gpu());
        put(node, "pid", point.pid());
        put(node, "start_ticks", point.pid().isPresent() ? OptionalLong.of(point.birth()) : OptionalLong.empty());
        node.put("used_bytes", point.usedBytes());
        put(node, "total_bytes", point.totalBytes());
        point.utilization()
                .ifPresentOrElse(
                        ratio -> node.put("utilization_ratio", ratio), () -> node.putNull("utilization_ratio"));
        try {
            return JSON.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of scalars can be written", e);
        }
    }

    private static void put(ObjectNode node, String key, OptionalLong value) {
        value.ifPresentOrElse(number -> node.put(key, number), () -> node.putNull(key));
    }

    static boolean looksLike(String line) {
        return line.startsWith("{");
    }

    /** The point of a line; empty for a line that is none. */
    static Optional<TracePoint> read(String line) {
        try {
            JsonNode node = JSON.readTree(line);
            JsonNode used = node.path("used_bytes");
            JsonNode gpu = node.path("gpu");
            if (node.path("schema_version").asInt() != VERSION || !used.canConvertToLong() || !gpu.isTextual()) {
                return Optional.empty();
            }
            Instant at = Instant.parse(node.path("at").asText());
            return Optional.of(new TracePoint(
                    at.getEpochSecond() + at.getNano() / 1e9,
                    gpu.textValue(),
                    number(node, "pid"),
                    number(node, "start_ticks").orElse(0),
                    used.longValue(),
                    number(node, "total_bytes"),
                    node.path("utilization_ratio").isNumber()
                            ? OptionalDouble.of(node.path("utilization_ratio").doubleValue())
                            : OptionalDouble.empty()));
        } catch (JsonProcessingException | DateTimeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static OptionalLong number(JsonNode node, String key) {
        JsonNode value = node.path(key);
        return value.isIntegralNumber() && value.canConvertToLong()
                ? OptionalLong.of(value.longValue())
                : OptionalLong.empty();
    }
}
