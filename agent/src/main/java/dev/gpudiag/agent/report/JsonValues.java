package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.telemetry.Reading;
import java.util.Optional;

/** Puts values into JSON objects: what is absent is null, with {@code <key>_reason} beside it. */
public final class JsonValues {

    private JsonValues() {}

    public static void put(ObjectNode json, String key, Reading<?> reading) {
        reading.value().ifPresentOrElse(value -> put(json, key, value), () -> absent(json, key, reading.describe()));
    }

    public static void put(ObjectNode json, String key, Optional<String> text, String reason) {
        text.ifPresentOrElse(value -> json.put(key, value), () -> absent(json, key, reason));
    }

    static void put(ObjectNode json, String key, Object value) {
        switch (value) {
            case Boolean flag -> json.put(key, flag);
            case Double number when Double.isFinite(number) -> json.put(key, number);
            case Double number -> absent(json, key, "not a finite number: " + number);
            case Long number -> json.put(key, number);
            default -> json.put(key, String.valueOf(value));
        }
    }

    private static void absent(ObjectNode json, String key, String reason) {
        json.putNull(key);
        json.put(key + "_reason", reason.isEmpty() ? "not known" : reason);
    }
}
