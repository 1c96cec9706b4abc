package dev.gpudiag.agent.config;

import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Settings;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What the operator configured.
 *
 * @param settings of the checks and of the agent ({@link AgentSettings})
 * @param skippedChecks ids of checks not to run
 * @param origins where each setting that somebody set comes from, by key; {@link #SKIP} for the checks not to run
 */
public record Configuration(Settings settings, Set<String> skippedChecks, Map<String, Origin> origins) {

    /** The key of the checks not to run. */
    public static final String SKIP = "checks.skip";

    public Configuration {
        skippedChecks = Set.copyOf(skippedChecks);
        origins = Map.copyOf(origins);
    }

    public static Configuration defaults() {
        return new Configuration(Settings.defaults(), Set.of(), Map.of());
    }

    /** Where the value of {@code key} comes from. */
    public Origin origin(String key) {
        return origins.getOrDefault(key, new Origin.Default());
    }

    /**
     * The same with one more setting changed.
     *
     * @throws IllegalArgumentException with a sentence for a value that is not allowed
     */
    Configuration with(Setting<?> setting, String text, Origin origin) {
        return new Configuration(settings.with(setting, text), skippedChecks, with(setting.key(), origin));
    }

    /** The same with other checks that are not run. */
    Configuration skipping(Set<String> checks, Origin origin) {
        return new Configuration(settings, checks, with(SKIP, origin));
    }

    private Map<String, Origin> with(String key, Origin origin) {
        Map<String, Origin> more = new HashMap<>(origins);
        more.put(key, origin);
        return more;
    }
}
