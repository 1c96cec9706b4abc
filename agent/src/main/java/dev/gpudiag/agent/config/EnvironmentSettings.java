package dev.gpudiag.agent.config;

import dev.gpudiag.checks.Setting;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Applies environment variables: {@code GPUDIAG_} and the key in capitals, with {@code _} for dots and hyphens, so that
 * {@code GPUDIAG_SAMPLING_INTERVAL} is {@code sampling.interval}.
 *
 * <p>A name that is nearly one of these is an error; any other is somebody else's, such as those that Kubernetes makes of a
 * Service called gpudiag.
 */
public final class EnvironmentSettings {

    private static final String PREFIX = "GPUDIAG_";

    /** What launcher, simulator and commands use for other things. */
    private static final Set<String> RESERVED = Set.of(
            "GPUDIAG_CONTROL_FD",
            "GPUDIAG_DEADLINE_NANOS",
            "GPUDIAG_COLOR",
            "GPUDIAG_PROGRESS",
            "GPUDIAG_DEBUG",
            "GPUDIAG_SIMULATOR_SCENARIO",
            "GPUDIAG_SIMULATOR_TIME_SCALE");

    private static final Pattern OF_KUBERNETES = Pattern.compile("GPUDIAG_(SERVICE|PORT)(_.*)?");
    private static final String LIBRARY = AgentSettings.NVML_LIBRARY.key();

    private final KnownSettings known;
    private final Collection<String> checkIds;

    /** Knows the settings of the agent and {@code ofChecks}, and the checks that may be skipped. */
    public EnvironmentSettings(List<Setting<?>> ofChecks, Collection<String> checkIds) {
        known = new KnownSettings(ofChecks);
        this.checkIds = List.copyOf(checkIds);
    }

    /** The variable that sets {@code key}. */
    public static String variable(String key) {
        return PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /**
     * The configuration with the variables of {@code environment} applied.
     *
     * @throws ConfigurationException with all that is wrong in them
     */
    public Configuration apply(Configuration configuration, Map<String, String> environment) {
        SettingValues values = new SettingValues(known, checkIds, configuration);
        Map<String, String> keys = new TreeMap<>();
        values.keys().forEach(key -> keys.put(variable(key), key));
        new TreeMap<>(environment).forEach((name, text) -> {
            String place = "$" + name;
            if (keys.containsKey(name)) {
                String key = keys.get(name);
                // for this one a path from here has always been allowed
                String value = key.equals(LIBRARY) && !text.isEmpty()
                        ? Path.of(text).toAbsolutePath().toString()
                        : text;
                values.put(place, key, value, new Origin.Variable(name));
            } else if (isOurs(name)) {
                String rest = name.substring(PREFIX.length());
                Suggestions.nearest(rest, known.variables())
                        .ifPresent(near -> values.problem(
                                place,
                                "unknown; did you mean '" + PREFIX
                                        + near.toUpperCase(Locale.ROOT).replace('-', '_') + "'?"));
            }
        });
        return values.result();
    }

    private static boolean isOurs(String name) {
        return name.startsWith(PREFIX)
                && name.length() > PREFIX.length()
                && !RESERVED.contains(name)
                && !OF_KUBERNETES.matcher(name).matches();
    }
}
