package dev.gpudiag.agent.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A JSON value and where it stands, so that every complaint names the file and the place. */
record JsonValue(JsonNode node, String file, String where) {

    JsonValue field(String name) throws ReplayException {
        return optional(name).orElseThrow(() -> wrong("has no " + name));
    }

    /** The field, empty where it is absent or null. */
    Optional<JsonValue> optional(String name) throws ReplayException {
        if (!node.isObject()) {
            throw wrong("should be an object");
        }
        JsonNode found = node.get(name);
        return found == null || found.isNull() ? Optional.empty() : Optional.of(child(found, name));
    }

    private JsonValue child(JsonNode found, String name) {
        return new JsonValue(found, file, where.isEmpty() ? name : where + "." + name);
    }

    List<String> names() throws ReplayException {
        if (!node.isObject()) {
            throw wrong("should be an object");
        }
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    List<JsonValue> items() throws ReplayException {
        if (!node.isArray()) {
            throw wrong("should be a list");
        }
        List<JsonValue> items = new ArrayList<>(node.size());
        for (JsonNode item : node) {
            items.add(new JsonValue(item, file, where + "[" + items.size() + "]"));
        }
        return items;
    }

    String asText() throws ReplayException {
        if (!node.isTextual()) {
            throw wrong("should be text");
        }
        return node.textValue();
    }

    boolean asBoolean() throws ReplayException {
        if (!node.isBoolean()) {
            throw wrong("should be true or false");
        }
        return node.booleanValue();
    }

    long asLong() throws ReplayException {
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw wrong("should be a whole number of 64 bits");
        }
        return node.longValue();
    }

    int asInt() throws ReplayException {
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw wrong("should be a whole number of 32 bits");
        }
        return node.intValue();
    }

    double asDouble() throws ReplayException {
        if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw wrong("should be a number that fits a double");
        }
        return node.doubleValue();
    }

    Instant asInstant() throws ReplayException {
        try {
            return Instant.parse(asText());
        } catch (DateTimeException e) {
            throw wrong("should be an instant such as 2026-01-31T12:00:00Z");
        }
    }

    <E extends Enum<E>> E asEnum(Class<E> type) throws ReplayException {
        String text = asText();
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(text)) {
                return constant;
            }
        }
        throw wrong("should be one of " + List.of(type.getEnumConstants()));
    }

    String textOr(String name, String otherwise) throws ReplayException {
        Optional<JsonValue> field = optional(name);
        return field.isPresent() ? field.get().asText() : otherwise;
    }

    Optional<String> optionalText(String name) throws ReplayException {
        Optional<JsonValue> field = optional(name);
        return field.isPresent() ? Optional.of(field.get().asText()) : Optional.empty();
    }

    OptionalInt optionalInt(String name) throws ReplayException {
        Optional<JsonValue> field = optional(name);
        return field.isPresent() ? OptionalInt.of(field.get().asInt()) : OptionalInt.empty();
    }

    ReplayException wrong(String complaint) {
        return new ReplayException(file + ": " + (where.isEmpty() ? "the document" : where) + " " + complaint);
    }
}
