package dev.gpudiag.agent.config;

import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Settings;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Applies {@code --set KEY=VALUE}. */
public final class SettingOverrides {

    private static final String OPTION = "--set";

    private final KnownSettings known;
    private final Collection<String> checkIds;

    /** Knows the settings of the agent and {@code ofChecks}. */
    public SettingOverrides(List<Setting<?>> ofChecks) {
        this(ofChecks, Set.of());
    }

    /** Knows also the checks that may be skipped, by {@code checks.skip=ID,ID}. */
    public SettingOverrides(List<Setting<?>> ofChecks, Collection<String> checkIds) {
        known = new KnownSettings(ofChecks);
        this.checkIds = List.copyOf(checkIds);
    }

    /** The settings with {@code overrides} applied, as below. */
    public Settings apply(Settings settings, List<String> overrides) {
        Configuration before = new Configuration(settings, Set.of(), Map.of());
        return apply(before, overrides).settings();
    }

    /**
     * The configuration with {@code overrides} applied in order.
     *
     * @throws ConfigurationException with all that is wrong in them
     */
    public Configuration apply(Configuration configuration, List<String> overrides) {
        SettingValues values = new SettingValues(known, checkIds, configuration);
        for (String override : overrides) {
            String place = OPTION + " " + override;
            int equals = override.indexOf('=');
            if (equals < 1) {
                values.problem(place, "not KEY=VALUE");
                continue;
            }
            values.put(
                    place,
                    override.substring(0, equals).strip(),
                    override.substring(equals + 1),
                    new Origin.Flag(OPTION));
        }
        return values.result();
    }
}
