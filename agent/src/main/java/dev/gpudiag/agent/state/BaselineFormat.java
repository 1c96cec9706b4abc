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
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The JSON of a baseline: {@code {schema_version, kind, saved_at, driver_version, node{}, gpus[{..., facts{}}]}}. */
final class BaselineFormat {

    private static final int VERSION = 1;
    private static final String KIND = "gpudiag-baseline";
    private static final int FACTS_LIMIT = 256;
    private static final int VALUE_LIMIT = 256;
    private static final Pattern FACT = Pattern.compile("[a-z0-9_.]{1,64}");
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
        write(root.putObject("node"), baseline.node());
        ArrayNode gpus = root.putArray("gpus");
        for (Baseline.Gpu member : baseline.members()) {
            GpuIdentity gpu = member.identity();
            ObjectNode node = gpus.addObject().put("index", gpu.index());
            gpu.uuid().ifPresent(uuid -> node.put("uuid", uuid));
            gpu.pciBusId().ifPresent(address -> node.put("pci_bus_id", address));
            gpu.name().ifPresent(name -> node.put("name", name));
            write(node.putObject("facts"), member.facts());
        }
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    }

    private static void write(ObjectNode json, Map<String, String> facts) {
        new TreeMap<>(facts).forEach(json::put);
    }

    static Baseline parse(byte[] bytes) throws IOException {
        JsonNode root = tree(bytes);
        if (!root.path("kind").asText().equals(KIND)) {
            throw new StateFormatException("not a baseline of gpudiag");
        }
        JsonNode version = root.path("schema_version");
        if (!version.isInt() || version.intValue() < 1) {
            throw new StateFormatException("no schema_version");
        }
        if (version.intValue() > VERSION) {
            throw StateFormatException.newer(version.intValue());
        }
        List<Baseline.Gpu> gpus = new ArrayList<>();
        for (JsonNode gpu : root.path("gpus")) {
            if (!gpu.path("index").isInt()) {
                throw new StateFormatException("a GPU without an index");
            }
            GpuIdentity identity = new GpuIdentity(
                    gpu.path("index").intValue(), text(gpu, "uuid"), text(gpu, "pci_bus_id"), text(gpu, "name"));
            gpus.add(new Baseline.Gpu(identity, facts(gpu.path("facts"))));
        }
        if (!root.path("gpus").isArray()) {
            throw new StateFormatException("no list of GPUs");
        }
        Map<String, String> node = new TreeMap<>(facts(root.path("node")));
        text(root, "driver_version").ifPresent(driver -> node.putIfAbsent("driver_version", driver));
        return new Baseline(savedAt(root), node, gpus);
    }

    /** None where the file is of a time when facts were not kept. */
    private static Map<String, String> facts(JsonNode json) throws IOException {
        if (json.isMissingNode()) {
            return Map.of();
        }
        if (!json.isObject() || json.size() > FACTS_LIMIT) {
            throw new StateFormatException("facts are no object of at most " + FACTS_LIMIT + " members");
        }
        Map<String, String> facts = new TreeMap<>();
        for (Map.Entry<String, JsonNode> fact : json.properties()) {
            String value = text(json, fact.getKey()).orElse("");
            if (!FACT.matcher(fact.getKey()).matches() || value.length() > VALUE_LIMIT) {
                throw new StateFormatException("a fact with a name or value that is none");
            }
            facts.put(fact.getKey(), value);
        }
        return facts;
    }

    private static JsonNode tree(byte[] bytes) throws IOException {
        try {
            return JSON.readTree(bytes);
        } catch (JacksonException e) {
            throw new StateFormatException("not JSON: " + e.getOriginalMessage());
        }
    }

    private static Instant savedAt(JsonNode root) throws IOException {
        try {
            return Instant.parse(root.path("saved_at").asText());
        } catch (DateTimeException e) {
            throw new StateFormatException("no time of saving");
        }
    }

    private static Optional<String> text(JsonNode node, String key) throws IOException {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw new StateFormatException(key + " is not text");
        }
        return Optional.of(value.textValue());
    }
}
