package dev.gpudiag.checks;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The values in force of all settings; a setting that nobody changed has its default. */
public final class Settings {

    private final Map<Setting<?>, Object> values;

    private Settings(Map<Setting<?>, Object> values) {
        this.values = Map.copyOf(values);
    }

    public static Settings defaults() {
        return new Settings(Map.of());
    }

    /** These settings with one more changed; the text is parsed by the setting. */
    public Settings with(Setting<?> setting, String text) {
        Map<Setting<?>, Object> changed = new HashMap<>(values);
        changed.put(setting, setting.parse(text));
        return new Settings(changed);
    }

    /** The settings that somebody set, perhaps to their default. */
    public Set<Setting<?>> changed() {
        return values.keySet();
    }

    @SuppressWarnings("unchecked") // with() stores what the setting's own parser gave
    public <T> T get(Setting<T> setting) {
        return (T) values.getOrDefault(setting, setting.defaultValue());
    }
}
