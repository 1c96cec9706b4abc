package dev.gpudiag.agent.timeline;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuIdentity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Notices when a check begins or ceases to have something to complain of, or does so more or less.
 *
 * <p>OK, INFO and SKIPPED are one here: nobody has to look. Not thread-safe.
 */
final class CheckWatch {

    private final Map<String, Status> before = new HashMap<>();

    /** Knows what each check said last, before this agent was started. */
    void resume(List<TimelineEvent> earlier) {
        for (TimelineEvent event : earlier) {
            if (event.kind() == TimelineEvent.Kind.CHECK) {
                event.subject().ifPresent(check -> before.put(check, event.severity()));
            }
        }
    }

    /** What has changed since the report before. */
    List<TimelineEvent> see(Report report) {
        List<TimelineEvent> events = new ArrayList<>();
        Instant at = report.sample().takenAt();
        for (CheckResult result : report.results()) {
            Status last = before.getOrDefault(result.id(), Status.OK);
            Status now = result.status();
            boolean changed = last != now && (last.isProblem() || now.isProblem());
            if (changed && !(last.isProblem() && now == Status.SKIPPED)) {
                before.put(result.id(), now);
                events.add(TimelineEvent.of(at, TimelineEvent.Kind.CHECK, "changed", now, text(result, last))
                        .about(result.id())
                        .onGpu(gpu(result)));
            }
        }
        return events;
    }

    private static String text(CheckResult result, Status last) {
        return result.id() + " was " + last + " and is " + result.status() + ": " + result.summary();
    }

    /** The GPU, where the worst that was found is about one alone. */
    private static Optional<GpuIdentity> gpu(CheckResult result) {
        List<GpuIdentity> gpus = result.findings().stream()
                .filter(finding -> finding.status() == result.status())
                .map(Finding::subject)
                .flatMap(subject -> subject.gpu().stream())
                .distinct()
                .toList();
        return gpus.size() == 1 && result.status().isProblem() ? Optional.of(gpus.getFirst()) : Optional.empty();
    }
}
