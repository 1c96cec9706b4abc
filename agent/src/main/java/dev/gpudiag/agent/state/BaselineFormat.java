package dev.gpudiag.agent.state;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.checks.Baseline;
import dev.gpudiag.telemetry.GpuIdentity;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The JSON of a baseline: {@code {schema_version, kind, saved_at, driver_version, gpus[]}}. */
final class BaselineFormat {

    private static final int VERSION = 1;
    private static final String KIND = "gpudiag-baseline";
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private BaselineFormat() {}

    static byte[] format(Baseline baseline) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        root.put("schema_version", VERSION);
        root.put("kind", KIND);
        root.put("saved_at", baseline.savedAt().toString());
        baseline.driverVersion().ifPresent(version -> root.put("driver_version", version));
        ArrayNode gpus = root.putArray("gpus");
        for (GpuIdentity gpu : baseline.gpus()) {
            ObjectNode node = gpus.addObject().put("index", gpu.index());
            gpu.uuid().ifPresent(uuid -> node.put("uuid", uuid));
            gpu.pciBusId().ifPresent(address -> node.put("pci_bus_id", address));
            gpu.name().ifPresent(name -> node.put("name", name));
        }
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    }

    static Baseline parse(byte[] bytes) throws IOException {
        JsonNode root = tree(bytes);
        if (!root.path("kind").asText().equals(KIND)) {
            throw new BaselineFormatException("not a baseline of gpudiag");
        }
        JsonNode version = root.path("schema_version");
        if (!version.isInt() || version.intValue() > VERSION) {
            throw new BaselineFormatException("written by a newer gpudiag (schema_version " + version + ")");
        }
        List<GpuIdentity> gpus = new ArrayList<>();
        for (JsonNode gpu : root.path("gpus")) {
            if (!gpu.path("index").isInt()) {
                throw new BaselineFormatException("a GPU without an index");
            }
            gpus.add(new GpuIdentity(
                    gpu.path("index").intValue(), text(gpu, "uuid"), text(gpu, "pci_bus_id"), text(gpu, "name")));
        }
        if (!root.path("gpus").isArray()) {
            throw new BaselineFormatException("no list of GPUs");
        }
        return new Baseline(savedAt(root), gpus, text(root, "driver_version"));
    }

    private static JsonNode tree(byte[] bytes) throws IOException {
        try {
            return JSON.readTree(bytes);
        } catch (JacksonException e) {
            throw new BaselineFormatException("not JSON: " + e.getOriginalMessage());
        }
    }

    private static Instant savedAt(JsonNode root) throws IOException {
        try {
            return Instant.parse(root.path("saved_at").asText());
        } catch (DateTimeException e) {
            throw new BaselineFormatException("no time of saving");
        }
    }

    private static Optional<String> text(JsonNode node, String key) throws IOException {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw new BaselineFormatException(key + " is not text");
        }
        return Optional.of(value.textValue());
    }
}
