package dev.gpudiag.agent.config;

import dev.gpudiag.checks.Setting;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The settings that may be written, by key; {@code expect.count} is a short way to write {@code devices.expect-count}. */
final class KnownSettings {

    private static final String EXPECT = "expect";
    private static final String EXPECT_LONG = "devices.expect-";

    private final Map<String, Setting<?>> byKey = new LinkedHashMap<>();

    /** Checks' settings after those of the agent. */
    KnownSettings(List<Setting<?>> ofChecks) {
        AgentSettings.all().forEach(setting -> byKey.put(setting.key(), setting));
        for (Setting<?> setting : ofChecks) {
            byKey.put(setting.key(), setting);
            if (setting.key().startsWith(EXPECT_LONG)) {
                byKey.put(EXPECT + "." + setting.key().substring(EXPECT_LONG.length()), setting);
            }
        }
    }

    Optional<Setting<?>> find(String key) {
        return Optional.ofNullable(byKey.get(key));
    }

    Set<String> keys() {
        return byKey.keySet();
    }

    /** The keys as environment variables have them but for their letters: {@code sampling-interval}. */
    Set<String> variables() {
        Set<String> names = new LinkedHashSet<>();
        byKey.keySet().forEach(key -> names.add(key.replace('.', '-')));
        return names;
    }

    /** What may stand after {@code section} and a dot. */
    Set<String> keysIn(String section) {
        Set<String> keys = new LinkedHashSet<>();
        for (String key : byKey.keySet()) {
            if (key.startsWith(section + ".")) {
                keys.add(key.substring(section.length() + 1));
            }
        }
        return keys;
    }

    /** Sections, and keys without one. */
    Set<String> topLevel() {
        Set<String> keys = new LinkedHashSet<>();
        byKey.keySet().forEach(key -> keys.add(key.contains(".") ? key.substring(0, key.indexOf('.')) : key));
        return keys;
    }
}
