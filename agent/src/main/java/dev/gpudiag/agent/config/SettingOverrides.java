package dev.gpudiag.agent.config;

import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Applies {@code --set KEY=VALUE}. */
public final class SettingOverrides {

    private final KnownSettings known;

    /** Knows the settings of the agent and {@code ofChecks}. */
    public SettingOverrides(List<Setting<?>> ofChecks) {
        known = new KnownSettings(ofChecks);
    }

    /**
     * The settings with {@code overrides} applied in order.
     *
     * @throws ConfigurationException with all that is wrong in them
     */
    public Settings apply(Settings settings, List<String> overrides) {
        List<String> problems = new ArrayList<>();
        Settings changed = settings;
        for (String override : overrides) {
            int equals = override.indexOf('=');
            if (equals < 1) {
                problems.add("--set " + override + ": not KEY=VALUE");
                continue;
            }
            String key = override.substring(0, equals).strip();
            Optional<Setting<?>> setting = known.find(key);
            if (setting.isEmpty()) {
                problems.add(
                        "--set " + override + ": unknown setting '" + key + "'" + Suggestions.hint(key, known.keys()));
                continue;
            }
            try {
                changed = changed.with(setting.get(), override.substring(equals + 1));
            } catch (IllegalArgumentException e) {
                problems.add("--set " + override + ": " + e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        return changed;
    }
}
