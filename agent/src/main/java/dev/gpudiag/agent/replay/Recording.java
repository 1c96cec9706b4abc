package dev.gpudiag.agent.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.telemetry.NodeSample;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;

/**
 * gpudiag's own snapshot of a node as JSON: every reading with its source, or why there is none; reading what was written
 * gives an equal sample.
 *
 * <p>Numbers are in base units; what is missing is {@code null} with a reason beside it. A quantity that this version
 * does not know is a warning. Thread-safe.
 */
public final class Recording {

    static final String KIND = "gpudiag-snapshot";
    static final int SCHEMA_VERSION = 1;

    /** A snapshot of 16 GPUs has some 30,000 tokens. */
    private static final StreamReadConstraints LIMITS = StreamReadConstraints.builder()
            .maxNestingDepth(32)
            .maxNumberLength(64)
            .maxStringLength(1024 * 1024)
            .maxNameLength(1024)
            .maxTokenCount(2_000_000)
            .build();

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(LIMITS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private static final ObjectMapper MAPPER =
            new ObjectMapper(FACTORY).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Recording() {}

    /** What a snapshot holds; a warning is one sentence. */
    public record Result(NodeSample sample, List<String> warnings) {
        public Result {
            warnings = List.copyOf(warnings);
        }
    }

    /** Writes one JSON document and a line break; does not close {@code out}. */
    public static void write(NodeSample sample, String gpudiagVersion, Writer out) throws IOException {
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            new SampleWriter(json).write(sample, gpudiagVersion);
        }
        out.write('\n');
        out.flush();
    }

    /** The document as text. */
    public static String write(NodeSample sample, String gpudiagVersion) {
        StringWriter out = new StringWriter();
        try {
            write(sample, gpudiagVersion, out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        return out.toString();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @param file its name, for messages
     */
    public static Result read(String file, String json) throws ReplayException {
        List<String> warnings = new ArrayList<>();
        JsonValue document = new JsonValue(parse(file, json), file, "");
        String kind = document.textOr("kind", "");
        if (!kind.equals(KIND)) {
            throw new ReplayException(file + ": JSON, but not a snapshot of gpudiag: kind is "
                    + (kind.isEmpty() ? "missing" : "'" + kind + "'") + ", not '" + KIND + "'");
        }
        long version = document.field("schema_version").asLong();
        if (version != SCHEMA_VERSION) {
            throw new ReplayException(file + ": schema_version is " + version + "; this gpudiag reads " + SCHEMA_VERSION
                    + (version > SCHEMA_VERSION ? ": a newer gpudiag wrote it" : ""));
        }
        NodeSample sample = new SampleReader(warnings::add).read(document);
        return new Result(sample, warnings);
    }

    private static JsonNode parse(String file, String json) throws ReplayException {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String where = at == null ? "" : " line " + at.getLineNr() + " column " + at.getColumnNr();
            throw new ReplayException(file + where + ": not a complete JSON document: " + e.getOriginalMessage(), e);
        }
    }
}
