package dev.gpudiag.agent.config;

import dev.gpudiag.checks.Setting;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Puts single values over a configuration and collects what is wrong with them; used once. */
final class SettingValues {

    private final KnownSettings known;
    private final Collection<String> checkIds;
    private final List<String> problems = new ArrayList<>();
    private Configuration configuration;

    SettingValues(KnownSettings known, Collection<String> checkIds, Configuration configuration) {
        this.known = known;
        this.checkIds = checkIds;
        this.configuration = configuration;
    }

    Set<String> keys() {
        Set<String> keys = new LinkedHashSet<>(known.keys());
        if (!checkIds.isEmpty()) {
            keys.add(Configuration.SKIP);
        }
        return keys;
    }

    /** @param place what the message about a wrong value begins with */
    void put(String place, String key, String text, Origin origin) {
        if (key.equals(Configuration.SKIP) && !checkIds.isEmpty()) {
            skip(place, text, origin);
            return;
        }
        Optional<Setting<?>> setting = known.find(key);
        if (setting.isEmpty()) {
            problem(place, "unknown setting '" + key + "'" + Suggestions.hint(key, keys()));
            return;
        }
        try {
            configuration = configuration.with(setting.get(), text, origin);
        } catch (IllegalArgumentException e) {
            problem(place, e.getMessage());
        }
    }

    private void skip(String place, String text, Origin origin) {
        Set<String> checks = new LinkedHashSet<>();
        for (String id : text.split("[,\\s]+", -1)) {
            if (checkIds.contains(id)) {
                checks.add(id);
            } else if (!id.isEmpty()) {
                problem(place, "unknown check '" + id + "'" + Suggestions.hint(id, checkIds));
            }
        }
        configuration = configuration.skipping(checks, origin);
    }

    void problem(String place, String text) {
        problems.add(place + ": " + text);
    }

    /** @throws ConfigurationException with all that is wrong */
    Configuration result() {
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        return configuration;
    }
}
