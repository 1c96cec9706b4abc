package dev.gpudiag.agent.kernellog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.gpudiag.checks.kernellog.KernelRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** One entry of a journal as {@code journalctl -o json} and {@code -o export} write it; only what a kernel log needs. */
final class JournalEntry {

    private static final JsonFactory JSON = new JsonFactory();
    private static final String MESSAGE = "MESSAGE";
    private static final String TRANSPORT = "_TRANSPORT";
    private static final String BOOT = "_BOOT_ID";
    private static final String TIME = "__REALTIME_TIMESTAMP";
    private static final Set<String> FIELDS = Set.of(MESSAGE, TRANSPORT, BOOT, TIME);

    private final Map<String, String> fields = new HashMap<>();

    /** The entry in one line of JSON, or in one event of a stream of them; empty where the line is none. */
    static Optional<JournalEntry> parse(String line) {
        JournalEntry entry = new JournalEntry();
        try (JsonParser json = JSON.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (!FIELDS.contains(name)) {
                    json.skipChildren();
                } else if (value == JsonToken.START_ARRAY) {
                    entry.put(name, bytes(json));
                } else if (value.isScalarValue()) {
                    entry.put(name, json.getText());
                } else {
                    json.skipChildren();
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return entry.fields.containsKey(MESSAGE) ? Optional.of(entry) : Optional.empty();
    }

    /** Text that is no UTF-8 comes as an array of its bytes; of several messages in one entry, the last. */
    private static String bytes(JsonParser json) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String last = "";
        for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            if (token == null) {
                throw new IOException("the array does not end");
            }
            if (token == JsonToken.VALUE_NUMBER_INT) {
                bytes.write(json.getIntValue());
            } else if (token == JsonToken.VALUE_STRING) {
                last = json.getText();
            } else {
                json.skipChildren();
            }
        }
        return bytes.size() == 0 ? last : bytes.toString(StandardCharsets.UTF_8);
    }

    /** Keeps a field that is of use. */
    void put(String name, String value) {
        if (FIELDS.contains(name)) {
            fields.put(name, value);
        }
    }

    /** The kernel's record; empty for an entry of a program, which may quote the kernel or imitate it. */
    Optional<KernelRecord> record(long line) {
        boolean kernel = fields.getOrDefault(TRANSPORT, "kernel").equals("kernel");
        return kernel && fields.containsKey(MESSAGE)
                ? Optional.of(new KernelRecord(
                        line, time(), Optional.ofNullable(fields.get(BOOT)), OptionalLong.empty(), fields.get(MESSAGE)))
                : Optional.empty();
    }

    private Optional<Instant> time() {
        String micros = fields.getOrDefault(TIME, "");
        if (!micros.matches("\\d{1,18}")) {
            return Optional.empty();
        }
        long value = Long.parseLong(micros);
        return Optional.of(Instant.ofEpochSecond(value / 1_000_000, value % 1_000_000 * 1000));
    }
}
