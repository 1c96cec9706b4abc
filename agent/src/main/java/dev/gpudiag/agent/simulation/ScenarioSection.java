package dev.gpudiag.agent.simulation;

import dev.gpudiag.agent.config.Suggestions;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One bracketed section of a scenario file: its keys, in order, each with its line. */
final class ScenarioSection {

    private static final Pattern HEADER = Pattern.compile("([a-z_]+)(?:[\\s.:]+(.*))?");

    private record Entry(String value, int line) {}

    private final String file;
    private final String kind;
    private final String argument;
    private final int line;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** @param header what stands in the brackets, such as {@code gpu 0..7} */
    ScenarioSection(String file, String header, int line) {
        Matcher words = HEADER.matcher(header.strip());
        boolean known = words.matches();
        this.file = file;
        this.kind = known ? words.group(1) : header.strip();
        this.argument = known && words.group(2) != null ? words.group(2) : "";
        this.line = line;
    }

    /** A section of another kind in the same file, without keys. */
    ScenarioSection empty(String other) {
        return new ScenarioSection(file, other, line);
    }

    String kind() {
        return kind;
    }

    String argument() {
        return argument;
    }

    void put(String key, String value, int at) {
        entries.put(key, new Entry(value, at));
    }

    void putAll(ScenarioSection other) {
        entries.putAll(other.entries);
    }

    Collection<String> keys() {
        return entries.keySet();
    }

    Optional<String> get(String key) {
        return Optional.ofNullable(entries.get(key)).map(Entry::value);
    }

    /** The value, which must have the form of {@code pattern}; {@code expected} says so in words. */
    Optional<String> get(String key, Pattern pattern, String expected) {
        Optional<String> value = get(key);
        if (value.isPresent() && !pattern.matcher(value.get()).matches()) {
            throw wrong(key, "'" + value.get() + "' is not " + expected);
        }
        return value;
    }

    boolean flag(String key, boolean otherwise) {
        return get(key, Pattern.compile("yes|no"), "yes or no")
                .map("yes"::equals)
                .orElse(otherwise);
    }

    /** Refuses keys that are not in {@code known}. */
    void allow(Collection<String> known) {
        for (String key : entries.keySet()) {
            if (!known.contains(key)) {
                throw new ScenarioException(file + ":" + entries.get(key).line() + ": unknown key '" + key + "' in ["
                        + kind + "]" + Suggestions.hint(key, known));
            }
        }
    }

    ScenarioException wrong(String key, String problem) {
        return new ScenarioException(file + ":" + entries.get(key).line() + ": " + key + ": " + problem);
    }

    ScenarioException wrong(String problem) {
        return new ScenarioException(file + ":" + line + ": " + problem);
    }
}
