package dev.gpudiag.agent.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.replay.Recording;
import dev.gpudiag.agent.replay.ReplayException;
import dev.gpudiag.agent.report.JsonReportReader;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Report;
import dev.gpudiag.telemetry.NodeSample;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;

/**
 * A report as an agent gave it, with the sample that it is about.
 *
 * @param age of the sample when the agent answered
 * @param isOfOneRound whether the results are those of this sample, and not of one a moment before
 * @param notes what the agent says beside the results
 */
record AgentReport(Report report, Duration age, boolean isOfOneRound, List<String> notes) {

    private static final double LONGEST_SECONDS = 1e9;

    AgentReport {
        notes = List.copyOf(notes);
    }

    /**
     * Puts the two answers together.
     *
     * @param report of {@code /api/v1/report}
     * @param snapshot of {@code /api/v1/snapshot}
     * @param from where they come from, for messages
     * @throws IOException with a sentence for what is neither
     */
    static AgentReport of(JsonNode report, ObjectNode snapshot, String from) throws IOException {
        List<CheckResult> results = JsonReportReader.results(report);
        try {
            Recording.Result recorded = Recording.read("the snapshot of " + from, snapshot.toString());
            NodeSample sample = recorded.sample();
            List<String> notes = new ArrayList<>();
            report.path("warnings").forEach(note -> notes.add(note.asText()));
            notes.addAll(recorded.warnings());
            notes.add("asked at " + from);
            boolean same = sample.takenAt().equals(takenAt(report));
            if (!same) {
                notes.add("the figures of the GPUs are of another round than the findings");
            }
            double seconds = Math.clamp(report.path("duration_seconds").asDouble(), 0, LONGEST_SECONDS);
            return new AgentReport(
                    new Report(sample, results), Duration.ofMillis((long) (seconds * 1000)), same, notes);
        } catch (ReplayException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static Instant takenAt(JsonNode document) throws IOException {
        try {
            return Instant.parse(document.path("taken_at").asText());
        } catch (DateTimeParseException e) {
            throw new IOException("it does not say when its sample was taken", e);
        }
    }
}
