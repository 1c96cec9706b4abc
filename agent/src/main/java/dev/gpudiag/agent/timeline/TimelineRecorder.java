package dev.gpudiag.agent.timeline;

import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Finds the events in what the agent sees at each round, and records them.
 *
 * <p>To be called on the thread that samples.
 */
public final class TimelineRecorder {

    private final Timeline timeline;
    private final Duration kept;
    private final EventLimit limit = new EventLimit();
    private final ProcessWatch processes = new ProcessWatch();
    private final KernelWatch kernel = new KernelWatch();
    private final CheckWatch checks = new CheckWatch();
    private final NodeWatch node = new NodeWatch();
    private final ReleaseWatch releases = new ReleaseWatch();

    /**
     * One that goes on where earlier agents left off.
     *
     * @param kept how far back events of the kernel log are told
     */
    public TimelineRecorder(Timeline timeline, Duration kept) {
        this.timeline = timeline;
        this.kept = kept;
        List<TimelineEvent> before = timeline.recent();
        kernel.resume(before);
        checks.resume(before);
    }

    /** Goes on with processes that an earlier agent followed. */
    void resume(List<FollowedProcess> before) {
        processes.resume(before);
    }

    List<FollowedProcess> followed() {
        return processes.followed();
    }

    /** Records what a round has brought. */
    public void see(Report report, Reading<KernelLog> log) {
        see(report.sample(), log);
        record(checks.see(report), report.sample().takenAt());
    }

    /** Records what a sample that was not judged has brought. */
    public void see(NodeSample sample, Reading<KernelLog> log) {
        Instant now = sample.takenAt();
        record(releases.see(sample), now);
        record(node.see(sample), now);
        record(processes.see(sample), now);
        log.value().ifPresent(found -> record(kernel.see(found, now.minus(kept), node::gpu, processes::find), now));
    }

    private void record(List<TimelineEvent> events, Instant now) {
        for (TimelineEvent event : events) {
            limit.admit(event, now).ifPresent(timeline::add);
        }
    }
}
