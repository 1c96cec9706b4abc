package dev.gpudiag.agent.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gpudiag.agent.client.AgentAddress;
import dev.gpudiag.agent.client.AgentClient;
import dev.gpudiag.agent.client.AgentException;
import dev.gpudiag.agent.config.AgentSettings;
import dev.gpudiag.agent.report.AgentStatus;
import dev.gpudiag.agent.report.JsonReportReader;
import dev.gpudiag.agent.report.TextReport;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * What the agent of this machine knows of the past: its results for those checks that a single look has to leave out.
 *
 * @param socket where it is asked; on a port of this machine a simulation may listen
 * @param nanoTime for what is left of its time
 */
record AgentHistory(Path socket, LongSupplier nanoTime) {

    /** A check is not kept waiting by an agent that does not answer. */
    private static final Duration PATIENCE = Duration.ofMillis(300);

    /**
     * A report with what the agent added.
     *
     * @param note what came from the agent, for the reader; empty where nothing did
     */
    record Completed(Report report, Optional<String> note) {}

    /** The agent of this machine; empty where another library or host is looked at, or no agent has its socket. */
    static Optional<AgentHistory> of(SourceOptions options, Settings settings) {
        return options instanceof SourceOptions.Live live
                        && live.nvmlLibrary().isEmpty()
                        && live.hostRoot().equals(Path.of("/"))
                ? settings.get(AgentSettings.SOCKET).filter(Files::exists).map(AgentHistory::at)
                : Optional.empty();
    }

    private static AgentHistory at(Path socket) {
        return new AgentHistory(socket, System::nanoTime);
    }

    /** The report with the agent's results where its own lack a history; the same where the agent does not answer at once. */
    Completed complete(Report report) throws InterruptedException {
        Completed same = new Completed(report, Optional.empty());
        if (report.results().stream().noneMatch(TextReport::needsHistory)) {
            return same;
        }
        long end = nanoTime.getAsLong() + PATIENCE.toNanos();
        try {
            JsonNode status = get(StatusCommand.PATH, end);
            if (!status.path("source").asText("").equals("LIVE")
                    || new AgentStatus(status).old().isPresent()) {
                return same;
            }
            return merged(
                    report, JsonReportReader.results(get(RemoteCheck.REPORT, end)), new AgentStatus(status).since());
        } catch (AgentException | IOException e) {
            return same; // as where no agent runs
        }
    }

    private JsonNode get(String path, long end) throws AgentException, InterruptedException {
        Duration left = Duration.ofNanos(Math.max(1_000_000, end - nanoTime.getAsLong()));
        return new AgentClient(List.of(new AgentAddress.Socket(socket)), left)
                .get(path)
                .document();
    }

    private static Completed merged(Report report, List<CheckResult> told, String since) {
        Map<String, CheckResult> known = told.stream()
                .filter(result -> result.status() != Status.SKIPPED)
                .collect(Collectors.toMap(CheckResult::id, result -> result, (first, second) -> first));
        List<String> taken = new ArrayList<>();
        List<CheckResult> results = new ArrayList<>();
        for (CheckResult result : report.results()) {
            boolean better = TextReport.needsHistory(result) && known.containsKey(result.id());
            results.add(better ? known.get(result.id()) : result);
            if (better) {
                taken.add(result.id());
            }
        }
        Optional<String> note = taken.isEmpty()
                ? Optional.empty()
                : Optional.of("history: from the agent, since " + since + ": " + String.join(", ", taken));
        return new Completed(report.withResults(results), note);
    }
}
