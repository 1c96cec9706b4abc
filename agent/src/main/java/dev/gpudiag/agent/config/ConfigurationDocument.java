package dev.gpudiag.agent.config;

import dev.gpudiag.checks.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Walks the nodes of one configuration and collects settings and problems. */
final class ConfigurationDocument {

    private static final String SETTINGS = "settings";
    private static final String CHECKS = "checks";
    private static final String SKIP = "skip";

    private final Path path;
    private final String file;
    private final KnownSettings known;
    private final Collection<String> checkIds;
    private final List<String> problems = new ArrayList<>();
    private final Map<Setting<?>, Integer> lines = new HashMap<>();
    private final Set<String> skipped = new LinkedHashSet<>();
    private Configuration configuration = Configuration.defaults();
    private Optional<Node> skip = Optional.empty();

    ConfigurationDocument(Path path, KnownSettings known, Collection<String> checkIds) {
        this.path = path;
        this.file = String.valueOf(path.getFileName());
        this.known = known;
        this.checkIds = checkIds;
    }

    /** One line of a mapping. */
    private record Entry(Node key, String name, Node value) {}

    Configuration configuration() {
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        return skip.map(node -> configuration.skipping(skipped, new Origin.Line(path, line(node))))
                .orElse(configuration);
    }

    void read(Node document) {
        if (isNull(document)) {
            return; // nothing but comments
        }
        for (Entry entry : entries("", document)) {
            switch (entry.name()) {
                case SETTINGS -> readSettings("", entry.value());
                case CHECKS -> readChecks(entry.value());
                default -> readTopLevel(entry);
            }
        }
    }

    private void readTopLevel(Entry entry) {
        String key = entry.name();
        if (!known.keysIn(key).isEmpty()) {
            readSettings(key, entry.value());
        } else if (key.contains(".") || known.find(key).isPresent()) {
            readSetting("", entry);
        } else {
            Set<String> choices = new LinkedHashSet<>(known.topLevel());
            choices.addAll(List.of(SETTINGS, CHECKS));
            problem(entry.key(), "unknown key '" + key + "'" + Suggestions.hint(key, choices));
        }
    }

    private void readSettings(String section, Node value) {
        entries(section, value).forEach(entry -> readSetting(section, entry));
    }

    private void readSetting(String section, Entry entry) {
        String key = entry.name();
        Node value = entry.value();
        String whole = section.isEmpty() ? key : section + "." + key;
        Optional<Setting<?>> setting = known.find(whole);
        if (setting.isEmpty()) {
            Set<String> choices = section.isEmpty() ? known.keys() : known.keysIn(section);
            problem(
                    entry.key(),
                    "unknown key '" + key + "'" + (section.isEmpty() ? "" : " in " + section)
                            + Suggestions.hint(key, choices));
            return;
        }
        Integer before = lines.putIfAbsent(setting.get(), line(entry.key()));
        if (before != null) {
            problem(entry.key(), whole + " is set on line " + before + " already");
            return;
        }
        text(whole, value).ifPresent(text -> {
            try {
                configuration = configuration.with(setting.get(), text, new Origin.Line(path, line(entry.key())));
            } catch (IllegalArgumentException e) {
                problem(value, whole + ": " + e.getMessage());
            }
        });
    }

    private void readChecks(Node value) {
        for (Entry entry : entries(CHECKS, value)) {
            if (!entry.name().equals(SKIP)) {
                problem(
                        entry.key(),
                        "unknown key '" + entry.name() + "' in " + CHECKS
                                + Suggestions.hint(entry.name(), List.of(SKIP)));
                continue;
            }
            skip = Optional.of(entry.key());
            if (entry.value() instanceof SequenceNode sequence) {
                sequence.getValue().forEach(this::skip);
            } else if (!isNull(entry.value())) {
                skip(entry.value());
            }
        }
    }

    private void skip(Node node) {
        text("checks.skip", node).ifPresent(id -> {
            if (checkIds.contains(id)) {
                skipped.add(id);
            } else {
                problem(node, "unknown check '" + id + "'" + Suggestions.hint(id, checkIds));
            }
        });
    }

    /** The entries of a mapping; a key that is there twice is a problem. */
    private Collection<Entry> entries(String section, Node node) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        if (!(node instanceof MappingNode mapping)) {
            if (!isNull(node)) { // a section whose entries are all commented out
                problem(
                        node,
                        (section.isEmpty() ? "the file" : section) + ": expected 'key: value' lines, found "
                                + kind(node));
            }
            return entries.values();
        }
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problem(tuple.getKeyNode(), "a key must be a word, found " + kind(tuple.getKeyNode()));
            } else if (entries.putIfAbsent(key.getValue(), new Entry(key, key.getValue(), tuple.getValueNode()))
                    != null) {
                problem(key, "duplicate key '" + key.getValue() + "'");
            }
        }
        return entries.values();
    }

    private Optional<String> text(String key, Node node) {
        if (node instanceof ScalarNode scalar && !isNull(scalar)) {
            return Optional.of(scalar.getValue());
        }
        problem(node, key + ": expected one value, found " + kind(node));
        return Optional.empty();
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static String kind(Node node) {
        return switch (node) {
            case MappingNode mapping -> "a section";
            case SequenceNode sequence -> "a list";
            default -> isNull(node) ? "nothing" : "a single value";
        };
    }

    private static int line(Node node) {
        return node.getStartMark().map(ConfigurationText::line).orElse(0);
    }

    private void problem(Node node, String text) {
        problems.add(file + ":" + line(node) + ": " + text);
    }
}
