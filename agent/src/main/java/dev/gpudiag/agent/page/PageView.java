package dev.gpudiag.agent.page;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.checks.Report;
import dev.gpudiag.telemetry.GpuIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What one page shows.
 *
 * @param report the last report; empty before the first verdict
 * @param trends the last hour by {@code GpuIdentity.key()}
 * @param now the time of the samples
 */
record PageView(Optional<Report> report, Map<String, GpuTrends> trends, Instant now, AgentState agent) {

    PageView {
        requireNonNull(report, "report is null");
        trends = Map.copyOf(trends);
        requireNonNull(now, "now is null");
        requireNonNull(agent, "agent is null");
    }

    Optional<GpuTrends> trends(GpuIdentity gpu) {
        return Optional.ofNullable(trends.get(gpu.key()));
    }

    Duration age(Instant at) {
        Duration age = Duration.between(at, now);
        return age.isNegative() ? Duration.ZERO : age;
    }

    /** Whether the report is older than a round that goes well could leave it. */
    boolean isOld() {
        return report.filter(last -> age(last.sample().takenAt()).compareTo(agent.staleAfter()) > 0)
                .isPresent();
    }
}
