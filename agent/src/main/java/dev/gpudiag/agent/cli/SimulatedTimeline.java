package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.source.SimulatedSource;
import dev.gpudiag.agent.timeline.EventSource;
import dev.gpudiag.agent.timeline.Timeline;
import dev.gpudiag.agent.timeline.TimelineRecorder;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.SampleHistory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** What an agent would have recorded of a simulated node: the past that its scenario brings, and its first verdict. */
final class SimulatedTimeline {

    private static final Duration WAIT = Duration.ofSeconds(4);
    private static final Duration KEPT = Duration.ofDays(7);

    private SimulatedTimeline() {}

    static EventSource of(SimulatedSource source, Settings settings) {
        Timeline timeline = Timeline.inMemory(InstantSource.system(), KEPT);
        TimelineRecorder recorder = new TimelineRecorder(timeline, KEPT);
        SampleHistory history = new SampleHistory(ProductSources.HISTORY_SPAN, ProductSources.HISTORY_RESOLUTION);
        MemoryGrowth growth = new MemoryGrowth(MemoryGrowth.LIMIT);
        source.remember(sample -> {
            history.add(sample);
            growth.add(sample);
            recorder.see(sample, Reading.notRead("the past of a scenario has no log of its own"));
        });
        NodeSample now = source.sample(WAIT, WAIT);
        Reading<KernelLog> log = source.kernelLog();
        Report report = new CheckRunner(CheckCatalog.all())
                .run(new Evidence(now, history, settings, Optional.empty())
                        .withKernelLog(log)
                        .withGrowth(growth));
        recorder.see(report, log);
        return timeline;
    }
}
