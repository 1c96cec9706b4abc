package dev.gpudiag.agent.host;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * What a CDI specification, YAML or JSON, names on the host: files that are mounted into containers, and hooks.
 *
 * <p>Read event by event, so that no document, however built, takes more memory than its own size.
 *
 * @param kind such as {@code nvidia.com/gpu}; empty where it has none
 */
record CdiDocument(String kind, Set<String> hostPaths) {

    private static final int DEPTH = 32;
    private static final int PATHS = 4096;
    private static final int PATH_LENGTH = 4096;
    private static final LoadSettings YAML = LoadSettings.builder().build();

    /** A specification that cannot be used, with a sentence. */
    static final class UnusableException extends Exception {

        private static final long serialVersionUID = 1L;

        UnusableException(String message) {
            super(message);
        }
    }

    /** One open mapping or sequence: under which key it stands, and its own plain entries. */
    private static final class Frame {

        private final String under;
        private final boolean mapping;
        private final Map<String, String> entries = new HashMap<>();
        private String key;

        Frame(String under, boolean mapping) {
            this.under = under;
            this.mapping = mapping;
        }
    }

    static CdiDocument parse(String text) throws UnusableException {
        try {
            return read(new Parse(YAML).parseString(text));
        } catch (YamlEngineException e) {
            throw new UnusableException("it is no YAML");
        }
    }

    private static CdiDocument read(Iterable<Event> events) throws UnusableException {
        Deque<Frame> open = new ArrayDeque<>();
        Set<String> paths = new LinkedHashSet<>();
        String kind = "";
        for (Event event : events) {
            switch (event) {
                case AliasEvent alias -> throw new UnusableException("it has aliases");
                case MappingStartEvent start -> open(open, true);
                case SequenceStartEvent start -> open(open, false);
                case CollectionEndEvent end -> {
                    Frame closed = open.pop();
                    collect(closed, paths);
                    kind = open.isEmpty() ? closed.entries.getOrDefault("kind", kind) : kind;
                    if (!open.isEmpty()) {
                        open.peek().key = null;
                    }
                }
                case ScalarEvent scalar -> scalar(open.peek(), scalar.getValue());
                default -> {} // begin and end of stream and document
            }
        }
        return new CdiDocument(kind, paths);
    }

    private static void open(Deque<Frame> open, boolean mapping) throws UnusableException {
        if (open.size() == DEPTH) {
            throw new UnusableException("it is nested deeper than any specification");
        }
        Frame parent = open.peek();
        String under = parent == null ? "" : parent.mapping ? String.valueOf(parent.key) : parent.under;
        open.push(new Frame(under, mapping));
    }

    private static void scalar(Frame frame, String value) {
        if (frame == null || !frame.mapping) {
            return;
        }
        if (frame.key == null) {
            frame.key = value;
        } else {
            frame.entries.put(frame.key, value);
            frame.key = null;
        }
    }

    private static void collect(Frame frame, Set<String> paths) {
        String path = switch (frame.under) {
            case "mounts" -> frame.entries.getOrDefault("hostPath", frame.entries.get("containerPath"));
            case "hooks" -> frame.entries.get("path");
            default -> null;
        };
        if (frame.mapping
                && path != null
                && path.startsWith("/")
                && path.length() < PATH_LENGTH
                && paths.size() < PATHS) {
            paths.add(path);
        }
    }
}
