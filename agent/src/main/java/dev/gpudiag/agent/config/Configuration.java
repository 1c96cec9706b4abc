package dev.gpudiag.agent.config;

import dev.gpudiag.checks.Settings;
import java.util.Set;

/**
 * What the operator configured.
 *
 * @param settings of the checks and of the agent ({@link AgentSettings})
 * @param skippedChecks ids of checks not to run
 */
public record Configuration(Settings settings, Set<String> skippedChecks) {

    public Configuration {
        skippedChecks = Set.copyOf(skippedChecks);
    }

    public static Configuration defaults() {
        return new Configuration(Settings.defaults(), Set.of());
    }
}
