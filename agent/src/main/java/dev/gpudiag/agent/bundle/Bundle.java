package dev.gpudiag.agent.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.report.JsonText;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A support bundle: every part with its own deadline, in one archive with a manifest. A part that cannot be had is named in the
 * manifest with the reason; it never keeps the others.
 */
public final class Bundle {

    private static final int SCHEMA_VERSION = 1;

    /** How long a part may take; they are files of the kernel and answers from memory. */
    private static final Duration EACH = Duration.ofSeconds(3);

    private final String version;
    private final String source;
    private final Instant time;
    private final Optional<Redaction> redaction;
    private final ObjectNode manifest = JsonNodeFactory.instance.objectNode();
    private final List<String> missing = new ArrayList<>();

    /** Is told before each part. */
    public interface Progress {
        void next(int done, int of, String name);
    }

    /**
     * What was written.
     *
     * @param parts number of parts, the manifest and the list of what was redacted not counted
     * @param missing parts that could not be had, with the reason
     * @param redacted number of places, by kind
     */
    public record Written(int parts, List<String> missing, Map<String, Integer> redacted) {
        public Written {
            missing = List.copyOf(missing);
            redacted = Map.copyOf(redacted);
        }
    }

    /**
     * A bundle that is not written yet.
     *
     * @param source live, or what stands for the node
     * @param hostNames names of the node, to be redacted; empty to redact nothing at all
     */
    public Bundle(String version, String source, Instant time, Optional<Collection<String>> hostNames) {
        this.version = version;
        this.source = source;
        this.time = time;
        this.redaction = hostNames.map(Redaction::new);
    }

    /**
     * Reads all parts and writes them to a new file.
     *
     * @param left how much time there is; parts that it does not last for are named as missing
     */
    public Written write(Path file, List<Part> parts, Supplier<Duration> left, Progress progress)
            throws BundleException, InterruptedException {
        manifest.put("schema_version", SCHEMA_VERSION)
                .put("gpudiag_version", version)
                .put("created", time.toString())
                .put("source", source)
                .put("redacted", redaction.isPresent());
        ArrayNode had = manifest.putArray("parts");
        ArrayNode gaps = manifest.putArray("missing");
        try (BundleFile archive = new BundleFile(file, time)) {
            for (int i = 0; i < parts.size(); i++) {
                Part part = parts.get(i);
                progress.next(i, parts.size(), part.name());
                Duration limit = left.get().compareTo(EACH) < 0 ? left.get() : EACH;
                switch (PartReader.read(part, limit)) {
                    case PartReader.Outcome.Had(String text) -> add(archive, had, part.name(), part.what(), text);
                    case PartReader.Outcome.Missing(String reason) -> gap(gaps, part, reason);
                }
            }
            progress.next(parts.size(), parts.size(), "");
            if (redaction.isPresent()) {
                bytes(archive, had, "redacted.json", "what was taken out, and where", JsonText.of(redacted()));
            }
            archive.add("manifest.json", JsonText.of(manifest).getBytes(UTF_8));
            archive.complete();
        } catch (IOException e) {
            throw new BundleException("cannot write " + file + ": " + e.getMessage(), e);
        }
        return new Written(parts.size() - missing.size(), missing, counts());
    }

    private void add(BundleFile archive, ArrayNode had, String name, String what, String text) throws IOException {
        bytes(
                archive,
                had,
                name,
                what,
                redaction.map(redactor -> redactor.apply(name, text)).orElse(text));
    }

    private static void bytes(BundleFile archive, ArrayNode had, String name, String what, String text)
            throws IOException {
        byte[] content = text.getBytes(UTF_8);
        archive.add(name, content);
        had.addObject()
                .put("name", name)
                .put("what", what)
                .put("bytes", content.length)
                .put("sha256", HexFormat.of().formatHex(sha256().digest(content)));
    }

    private void gap(ArrayNode gaps, Part part, String reason) {
        String said = redaction
                .map(redactor -> redactor.apply("manifest.json", reason))
                .orElse(reason);
        gaps.addObject().put("name", part.name()).put("what", part.what()).put("reason", said);
        missing.add(part.name() + ": " + said);
    }

    private ObjectNode redacted() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("schema_version", SCHEMA_VERSION);
        ArrayNode list = root.putArray("redacted");
        redaction.orElseThrow().taken().entrySet().stream()
                .sorted(Comparator.comparing(
                        Map.Entry<Redaction.Taken, Integer>::getKey,
                        Comparator.comparing(Redaction.Taken::part)
                                .thenComparing(Redaction.Taken::kind)
                                .thenComparing(Redaction.Taken::name)))
                .forEach(entry -> list.addObject()
                        .put("part", entry.getKey().part())
                        .put("kind", entry.getKey().kind())
                        .put("name", entry.getKey().name())
                        .put("times", entry.getValue()));
        return root;
    }

    private Map<String, Integer> counts() {
        Map<String, Integer> counts = new java.util.TreeMap<>();
        redaction.ifPresent(redactor ->
                redactor.taken().forEach((taken, times) -> counts.merge(taken.kind(), times, Integer::sum)));
        return counts;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
