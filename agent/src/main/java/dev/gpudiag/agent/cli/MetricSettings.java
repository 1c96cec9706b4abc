package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.AgentSettings;
import dev.gpudiag.agent.metrics.MetricOptions;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.catalog.CheckCatalog;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Which metrics the configuration asks for. */
final class MetricSettings {

    private static final String EXPECT_COUNT = "devices.expect-count";

    private MetricSettings() {}

    static MetricOptions options(Settings settings) {
        return new MetricOptions(
                settings.get(AgentSettings.METRICS_PROCESSES),
                settings.get(AgentSettings.METRICS_WORKLOADS),
                settings.get(AgentSettings.METRICS_WORKLOAD_SERIES),
                settings.get(AgentSettings.METRICS_DCGM),
                settings.get(AgentSettings.METRICS_PROFILING),
                settings.get(AgentSettings.METRICS_SERIES),
                expectedGpus(settings));
    }

    /** What has to be collected for the metrics, and for the checks. */
    static Set<Need> needs(Settings settings, Set<Need> ofChecks) {
        Set<Need> needs = EnumSet.noneOf(Need.class);
        needs.addAll(ofChecks);
        if (settings.get(AgentSettings.METRICS_DCGM) || settings.get(AgentSettings.METRICS_WORKLOADS)) {
            needs.add(Need.PROCESSES);
        }
        if (settings.get(AgentSettings.METRICS_DCGM) || settings.get(AgentSettings.METRICS_PROFILING)) {
            needs.add(Need.PERFORMANCE);
        }
        return needs;
    }

    /** The setting is that of a check, which keeps it to itself. */
    private static Optional<Integer> expectedGpus(Settings settings) {
        return CheckCatalog.settings().stream()
                .filter(setting -> setting.key().equals(EXPECT_COUNT))
                .findFirst()
                .flatMap(setting -> number(settings, setting));
    }

    private static Optional<Integer> number(Settings settings, Setting<?> setting) {
        return settings.get(setting) instanceof Optional<?> value && value.isPresent()
                ? value.filter(Integer.class::isInstance).map(Integer.class::cast)
                : Optional.empty();
    }
}
