package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.AgentSettings;
import dev.gpudiag.agent.metrics.AgentFigures;
import dev.gpudiag.agent.metrics.NodeCollector;
import dev.gpudiag.agent.sampling.SamplingLoop;
import dev.gpudiag.agent.systemd.ServiceNotifier;
import dev.gpudiag.agent.timeline.Timeline;
import dev.gpudiag.agent.timeline.TimelineEvent;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.catalog.CheckCatalog;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Puts a configuration in force while the agent runs, and tells metrics, timeline and systemd how that went. */
record AgentReload(
        SamplingLoop loop,
        List<Check> checks,
        Set<Need> collected,
        NodeCollector collector,
        AgentFigures figures,
        Timeline timeline,
        ServiceNotifier notifier)
        implements LiveConfiguration.Listener {

    /** The checks that a configuration leaves. */
    static List<Check> running(List<Check> checks, SettingsSource.Configured configured) {
        return checks.stream()
                .filter(check ->
                        !configured.skippedChecks().contains(check.spec().id()))
                .toList();
    }

    /** What has to be collected: for those checks, and processes for the timeline in any case. */
    static Set<Need> needs(List<Check> running, SettingsSource.Configured configured) {
        Set<Need> needs = EnumSet.of(Need.PROCESSES);
        needs.addAll(MetricSettings.needs(configured.settings(), CheckCatalog.needs(running, configured.settings())));
        return needs;
    }

    @Override
    public void reading() {
        notifier.reloading();
    }

    @Override
    public List<String> apply(SettingsSource.Configured configured) {
        List<Check> running = running(checks, configured);
        loop.change(
                new CheckRunner(running, System::nanoTime, figures.checks()),
                configured.settings(),
                configured.settings().get(AgentSettings.SAMPLING_INTERVAL));
        collector.show(MetricSettings.options(configured.settings()));
        Set<Need> missing = EnumSet.copyOf(needs(running, configured));
        missing.removeAll(collected);
        return missing.isEmpty()
                ? List.of()
                : List.of("collecting "
                        + missing.stream()
                                .map(need -> need.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))
                        + " needs a restart of the agent");
    }

    @Override
    public void read(boolean successful, TimelineEvent event) {
        figures.configurationRead(successful, Instant.now());
        timeline.add(event);
        notifier.reloaded();
    }
}
