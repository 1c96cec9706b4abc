package dev.gpudiag.agent.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.kernellog.KernelEvent;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.kernellog.LoggedEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Remembers the kernel's events over restarts and reboots, one JSON object a line: the kernel forgets them with each boot,
 * and its buffer overwrites them.
 *
 * <p>A line that cannot be read is left out: what it held is in the log, or gone. Not thread-safe.
 */
public final class KernelEventStore implements Consumer<KernelLog> {

    private static final String FILE = "kernel-events.ndjson";
    private static final int SIZE_LIMIT = 4 * 1024 * 1024;
    private static final int SCHEMA_VERSION = 1;

    /** At most so often is anything written. */
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private static final System.Logger LOG = System.getLogger(KernelEventStore.class.getName());
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final Path file;
    private List<LoggedEvent> saved = List.of();
    private long savedNanos = System.nanoTime() - PAUSE.toNanos();
    private boolean failed;

    public KernelEventStore(Path stateDirectory) {
        directory = stateDirectory;
        file = stateDirectory.resolve(FILE);
    }

    /** What was remembered; nothing where there is no such file, or it may not be read. */
    public List<LoggedEvent> load() {
        List<LoggedEvent> events = new ArrayList<>();
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return events;
        }
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            new String(in.readNBytes(SIZE_LIMIT), StandardCharsets.UTF_8)
                    .lines()
                    .forEach(line -> event(line).ifPresent(events::add));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "events of before are not known: {0}", e.getMessage());
        }
        saved = List.copyOf(events);
        return events;
    }

    /** Saves the events of a log where they are others than those that were saved last. */
    @Override
    public void accept(KernelLog log) {
        boolean due = System.nanoTime() - savedNanos >= PAUSE.toNanos();
        if (!due || log.events().equals(saved)) {
            return;
        }
        savedNanos = System.nanoTime();
        try {
            save(log.events());
            saved = log.events();
            failed = false;
        } catch (IOException e) {
            if (!failed) {
                LOG.log(System.Logger.Level.WARNING, "kernel events not saved in {0}: {1}", file, e.getMessage());
            }
            failed = true;
        }
    }

    private void save(List<LoggedEvent> events) throws IOException {
        Files.createDirectories(directory);
        StringBuilder text = new StringBuilder();
        for (LoggedEvent event : events) {
            text.append(JSON.writeValueAsString(json(event))).append('\n');
        }
        Path temporary = Files.createTempFile(directory, FILE, ".tmp");
        try {
            Files.writeString(temporary, text, StandardCharsets.UTF_8);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static ObjectNode json(LoggedEvent logged) {
        KernelEvent event = logged.event();
        ObjectNode json = JSON.createObjectNode();
        json.put("schema_version", SCHEMA_VERSION);
        json.put("kind", event.kind().name());
        event.code().ifPresent(code -> json.put("code", code));
        event.pciBusId().ifPresent(address -> json.put("pci_bus_id", address));
        event.gpuInstance().ifPresent(instance -> json.put("gpu_instance", instance));
        event.computeInstance().ifPresent(instance -> json.put("compute_instance", instance));
        event.pid().ifPresent(pid -> json.put("pid", pid));
        event.process().ifPresent(process -> json.put("process", process));
        json.put("message", event.message());
        json.put("severity", event.severity().name());
        json.put("action", event.action());
        logged.at().ifPresent(at -> json.put("at", at.toString()));
        logged.boot().ifPresent(boot -> json.put("boot", boot));
        logged.sequence().ifPresent(sequence -> json.put("sequence", sequence));
        json.put("source", logged.source());
        return json;
    }

    private static Optional<LoggedEvent> event(String line) {
        try {
            JsonNode json = JSON.readTree(line);
            if (json.path("schema_version").asInt() != SCHEMA_VERSION) {
                return Optional.empty();
            }
            KernelEvent event = new KernelEvent(
                    0,
                    KernelEvent.Kind.valueOf(json.path("kind").asText()),
                    number(json, "code"),
                    text(json, "pci_bus_id"),
                    number(json, "gpu_instance"),
                    number(json, "compute_instance"),
                    longNumber(json, "pid"),
                    text(json, "process"),
                    json.path("message").asText(),
                    Status.valueOf(json.path("severity").asText()),
                    json.path("action").asText());
            boolean numbered = event.kind() == KernelEvent.Kind.XID || event.kind() == KernelEvent.Kind.SXID;
            return numbered && event.code().isEmpty()
                    ? Optional.empty()
                    : Optional.of(new LoggedEvent(
                            event,
                            text(json, "at").map(Instant::parse),
                            text(json, "boot"),
                            longNumber(json, "sequence"),
                            json.path("source").asText()));
        } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> text(JsonNode json, String key) {
        return json.path(key).isTextual() ? Optional.of(json.get(key).asText()) : Optional.empty();
    }

    private static OptionalInt number(JsonNode json, String key) {
        return json.path(key).isInt() ? OptionalInt.of(json.get(key).asInt()) : OptionalInt.empty();
    }

    private static OptionalLong longNumber(JsonNode json, String key) {
        return json.path(key).isIntegralNumber() ? OptionalLong.of(json.get(key).asLong()) : OptionalLong.empty();
    }
}
