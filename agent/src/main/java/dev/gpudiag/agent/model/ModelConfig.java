package dev.gpudiag.agent.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.checks.fit.ModelShape;
import dev.gpudiag.checks.fit.ModelShape.Window;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The shape of a model as its {@code config.json} gives it, in the names that Hugging Face's libraries use. */
public final class ModelConfig {

    private static final int LIMIT = 1 << 20;
    private static final int DEPTH = 64;
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEPTH).build())
            .build());

    private final JsonNode json;
    private final List<String> problems = new ArrayList<>();

    private ModelConfig(JsonNode json) {
        this.json = json;
    }

    /**
     * The shape in {@code file}.
     *
     * @param parameters the number of weights where the caller knows it; else it is reckoned from the shape
     */
    public static ModelShape read(Path file, OptionalLong parameters) throws ModelConfigException {
        JsonNode json = parse(file);
        // models that see or hear keep the shape of their language part one level below
        JsonNode text = json.path("text_config");
        ModelConfig config = new ModelConfig(text.isObject() && !json.has("num_hidden_layers") ? text : json);
        try {
            return config.shape(file.getFileName().toString(), parameters);
        } catch (IllegalArgumentException e) {
            throw new ModelConfigException(file + ": " + e.getMessage());
        }
    }

    private static JsonNode parse(Path file) throws ModelConfigException {
        if (!Files.isRegularFile(file)) {
            throw new ModelConfigException(file + " is not a regular file");
        }
        byte[] text;
        try (InputStream in = Files.newInputStream(file)) {
            text = in.readNBytes(LIMIT + 1);
        } catch (IOException e) {
            throw new ModelConfigException("cannot read " + file + ": " + e.getMessage());
        }
        if (text.length > LIMIT) {
            throw new ModelConfigException(file + " is longer than 1 MiB: not a model's config.json");
        }
        try {
            JsonNode json = MAPPER.readTree(text);
            if (json == null || !json.isObject()) {
                throw new ModelConfigException(file + " is not a JSON object");
            }
            return json;
        } catch (JsonProcessingException e) {
            throw new ModelConfigException(file + " is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new ModelConfigException("cannot read " + file + ": " + e.getMessage());
        }
    }

    private ModelShape shape(String name, OptionalLong known) throws ModelConfigException {
        OptionalInt layers = required("num_hidden_layers", "n_layer", "n_layers", "num_layers");
        OptionalInt hidden = required("hidden_size", "n_embd", "d_model");
        OptionalInt heads = required("num_attention_heads", "n_head", "n_heads");
        if (!problems.isEmpty()) {
            throw new ModelConfigException(String.join("; ", problems));
        }
        int width = hidden.getAsInt();
        int queryHeads = heads.getAsInt();
        OptionalInt vocabulary = number("vocab_size", "padded_vocab_size");
        ModelShape shape = new ModelShape(
                json.path("_name_or_path").asText("").isEmpty()
                        ? json.path("model_type").asText(name)
                        : json.path("_name_or_path").asText(),
                1,
                layers.getAsInt(),
                width,
                queryHeads,
                cachedHeads(queryHeads),
                number("head_dim", "kv_channels").orElse(Math.max(1, width / Math.max(1, queryHeads))),
                latentWidth(),
                window(layers.getAsInt()),
                vocabulary);
        OptionalLong parameters = known.isPresent() ? known : new ParameterCount(json, shape).reckon();
        if (!problems.isEmpty()) {
            throw new ModelConfigException(String.join("; ", problems));
        }
        return shape.withParameters(parameters.orElseThrow(() -> new ModelConfigException(
                "the number of weights does not follow from this config.json: say --params, such as --params 13b")));
    }

    private int cachedHeads(int heads) {
        if (json.path("multi_query").asBoolean(false)
                && !json.path("new_decoder_architecture").asBoolean(false)) {
            return 1;
        }
        return number("num_key_value_heads", "num_kv_heads", "n_head_kv", "multi_query_group_num")
                .orElse(heads);
    }

    private OptionalInt latentWidth() {
        OptionalInt compressed = number("kv_lora_rank");
        return compressed.isPresent()
                ? OptionalInt.of(
                        compressed.getAsInt() + number("qk_rope_head_dim").orElse(0))
                : OptionalInt.empty();
    }

    private Optional<Window> window(int layers) {
        OptionalInt tokens = number("sliding_window");
        boolean unused = json.has("use_sliding_window")
                && !json.path("use_sliding_window").asBoolean();
        if (tokens.isEmpty() || unused) {
            return Optional.empty();
        }
        int sliding = layers;
        if (json.path("layer_types").isArray()) {
            sliding = 0;
            for (JsonNode type : json.path("layer_types")) {
                sliding += type.asText().equals("sliding_attention") ? 1 : 0;
            }
        } else if (number("sliding_window_pattern").isPresent()) {
            sliding = layers - layers / number("sliding_window_pattern").getAsInt();
        }
        return sliding == 0 ? Optional.empty() : Optional.of(new Window(sliding, tokens.getAsInt()));
    }

    private OptionalInt required(String... names) {
        OptionalInt value = number(names);
        if (value.isEmpty() && problems.stream().noneMatch(problem -> problem.startsWith(names[0]))) {
            problems.add(names[0] + " is missing");
        }
        return value;
    }

    /** The first of these that is there; a positive whole number, or it is a problem. */
    private OptionalInt number(String... names) {
        for (String name : names) {
            JsonNode value = json.path(name);
            if (value.isMissingNode() || value.isNull()) {
                continue;
            }
            if (!value.isInt() || value.intValue() < 1) {
                problems.add(name + " is not a positive whole number");
                return OptionalInt.empty();
            }
            return OptionalInt.of(value.intValue());
        }
        return OptionalInt.empty();
    }
}
