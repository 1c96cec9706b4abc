package dev.gpudiag.agent.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.page.AgentState;
import dev.gpudiag.agent.report.JsonReport;
import dev.gpudiag.agent.report.JsonValues;
import dev.gpudiag.agent.report.VerdictLine;
import dev.gpudiag.checks.Report;
import dev.gpudiag.telemetry.DriverPhase;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** {@code /api/v1/status}: how the agent is, and its verdict. */
final class StatusDocument {

    private StatusDocument() {}

    static ObjectNode of(AgentView view) {
        AgentState agent = view.agent();
        Instant now = view.now();
        ObjectNode root = Api.begun();
        root.put("gpudiag_version", agent.version());
        root.put("now", now.toString());
        root.put("started_at", view.startedAt().toString());
        root.put("uptime_seconds", seconds(view.startedAt(), now));
        root.put("sampling_interval_seconds", agent.interval().toMillis() / 1000.0);
        agent.stalled().ifPresentOrElse(why -> root.put("stalled", why), () -> root.putNull("stalled"));
        ArrayNode problems = root.putArray("problems");
        agent.problems().forEach(problems::add);
        ArrayNode listens = root.putArray("listens");
        agent.listens().forEach(listens::add);
        agent.release()
                .ifPresentOrElse(
                        release -> root.putObject("release")
                                .put("text", release.text())
                                .put("until", release.until().toString()),
                        () -> root.putNull("release"));
        Optional<Report> report = view.report();
        JsonValues.put(root, "verdict", report.map(known -> known.verdict().name()), "no verdict yet");
        report.ifPresent(known -> sampled(root, known, now, agent.staleAfter()));
        return root;
    }

    private static void sampled(ObjectNode root, Report report, Instant now, Duration staleAfter) {
        NodeSample sample = report.sample();
        root.put("verdict_line", VerdictLine.of(report));
        root.put("exit_code", report.exitCode());
        root.set("coverage", JsonReport.coverage(report));
        root.put("source", sample.source().kind().name());
        root.put("source_detail", sample.source().detail());
        JsonValues.put(root, "host", sample.driver().get(HostQuantities.HOSTNAME));
        root.put("taken_at", sample.takenAt().toString());
        double age = seconds(sample.takenAt(), now);
        root.put("sample_age_seconds", age);
        root.put("stale", age * 1000 > staleAfter.toMillis());
        root.put("driver_phase", DriverPhase.of(sample).name());
        root.set("driver", JsonReport.driver(sample.driver()));
        ArrayNode gpus = root.putArray("gpus");
        for (GpuSample gpu : sample.gpus()) {
            ObjectNode entry = gpus.addObject().put("index", gpu.identity().index());
            JsonValues.put(entry, "uuid", gpu.identity().uuid(), gpu.condition().detail());
            entry.put("state", gpu.condition().state().name());
            entry.put("state_detail", gpu.condition().detail());
            entry.put("sample_age_seconds", seconds(gpu.takenAt(), now));
        }
    }

    private static double seconds(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toMillis()) / 1000.0;
    }
}
