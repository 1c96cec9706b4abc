package dev.gpudiag.agent.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.kernellog.KernelEvent;
import dev.gpudiag.checks.kernellog.LoggedEvent;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The kernel's events as lines of JSON. */
final class KernelEventFormat {

    private static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private KernelEventFormat() {}

    /**
     * What a file holds.
     *
     * @param damage why not all of it could be read; empty for a good file
     */
    record Saved(List<LoggedEvent> events, Optional<StateFormatException> damage) {}

    static byte[] format(List<LoggedEvent> events) {
        StringBuilder text = new StringBuilder();
        for (LoggedEvent event : events) {
            text.append(json(event)).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** All events that can be read; a line that cannot is left out. */
    static Saved parse(byte[] bytes) {
        List<LoggedEvent> events = new ArrayList<>();
        int newest = VERSION;
        int bad = 0;
        for (String line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
            try {
                JsonNode json = JSON.readTree(line);
                int version = json.path("schema_version").asInt();
                newest = Math.max(newest, version);
                if (version != VERSION) {
                    bad++;
                    continue;
                }
                events.add(event(json));
            } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
                bad++;
            }
        }
        if (newest > VERSION) {
            return new Saved(events, Optional.of(StateFormatException.newer(newest)));
        }
        return new Saved(
                events,
                bad == 0
                        ? Optional.empty()
                        : Optional.of(new StateFormatException(bad + " damaged lines, which are left out")));
    }

    private static ObjectNode json(LoggedEvent logged) {
        KernelEvent event = logged.event();
        ObjectNode json = JSON.createObjectNode();
        json.put("schema_version", VERSION);
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

    private static LoggedEvent event(JsonNode json) {
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
        if (numbered && event.code().isEmpty()) {
            throw new IllegalArgumentException("an Xid without a number");
        }
        return new LoggedEvent(
                event,
                text(json, "at").map(Instant::parse),
                text(json, "boot"),
                longNumber(json, "sequence"),
                json.path("source").asText());
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
