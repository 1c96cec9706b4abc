package dev.gpudiag.agent.config;

import dev.gpudiag.checks.Setting;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/**
 * Reads gpudiag.yaml.
 *
 * <p>A setting is written under its section ({@code temperature:} then {@code fallback-limit: 83}), or with its whole key
 * under {@code settings:}. {@code expect:} holds what the node should have, {@code checks: skip:} the checks not to run.
 */
public final class ConfigurationReader {

    private final List<Setting<?>> ofChecks;
    private final Collection<String> checkIds;

    /** Knows the settings of the agent, {@code ofChecks}, and the checks that may be skipped. */
    public ConfigurationReader(List<Setting<?>> ofChecks, Collection<String> checkIds) {
        this.ofChecks = List.copyOf(ofChecks);
        this.checkIds = List.copyOf(checkIds);
    }

    /**
     * What {@code file} says; the defaults for an empty one.
     *
     * @throws ConfigurationException with everything that is wrong, each with its line
     */
    public Configuration read(Path file) {
        ConfigurationDocument document = new ConfigurationDocument(file, new KnownSettings(ofChecks), checkIds);
        ConfigurationText.read(file).ifPresent(document::read);
        return document.configuration();
    }
}
