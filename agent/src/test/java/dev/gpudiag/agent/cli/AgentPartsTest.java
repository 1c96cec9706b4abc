package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.bundle.Archives;
import dev.gpudiag.agent.bundle.Part;
import dev.gpudiag.agent.http.HttpServer;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentPartsTest {

    @TempDir
    private Path folder;

    private Path socket() {
        return folder.resolve("agent.sock");
    }

    private JsonNode read(String name) throws Exception {
        Part part = new AgentParts(Optional.of(socket()))
                .all().stream()
                        .filter(one -> one.name().equals(name))
                        .findFirst()
                        .orElseThrow();
        return new ObjectMapper().readTree(part.content().read());
    }

    @Test
    void aBundleHoldsTheAgentsStateItsEventsAndThePastOfEachGpu() throws Exception {
        try (HttpServer server = SimulatedAgent.of("gpu-lost").ofThisMachine().listening(socket())) {
            assertThat(server.port()).isPositive();
            assertThat(read("agent-status.json").path("gpus")).hasSize(8);
            assertThat(read("agent-events.json").path("events"))
                    .anySatisfy(event -> assertThat(event.path("text").asText()).contains("Xid 79"));
            JsonNode history = read("agent-history.json").path("series");
            assertThat(history).hasSize(16);
            assertThat(history.get(0).path("metric").asText()).isEqualTo("memory_used_bytes");
            assertThat(history.get(0).path("points").size()).isBetween(1, 200);
        }
    }

    @Test
    void aSimulationIsNoAgentOfThisMachine() throws Exception {
        try (HttpServer server = SimulatedAgent.of("t4").listening(socket())) {
            assertThat(server.port()).isPositive();
            for (Part part : new AgentParts(Optional.of(socket())).all()) {
                assertThatThrownBy(() -> part.content().read())
                        .as(part.name())
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("watches another node: SIMULATED");
            }
        }
    }

    @Test
    void aReportOfThisMachineAsksItsAgentAndNamesOneThatDoesNotAnswer() throws Exception {
        CommandRun command = new CommandRun(new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0))));
        Path missing = folder.resolve("missing.tar.gz");
        assertThat(command.run("report", "--output", missing.toString(), "--set", "web.socket=" + socket()))
                .isZero();
        assertThat(command.out()).contains("missing: agent-status.json: no agent: there is no socket " + socket());
        assertThat(Archives.read(missing)).doesNotContainKey("missing/agent-status.json");
        assertThat(Archives.read(missing).get("missing/manifest.json")).contains("agent-events.json", "no agent");

        Path had = folder.resolve("had.tar.gz");
        try (HttpServer server = SimulatedAgent.of("t4").ofThisMachine().listening(socket())) {
            assertThat(server.port()).isPositive();
            assertThat(command.run("report", "--output", had.toString(), "--set", "web.socket=" + socket()))
                    .isZero();
        }
        assertThat(Archives.read(had))
                .containsKeys("had/agent-status.json", "had/agent-events.json", "had/agent-history.json");
    }

    @Test
    void whereAnotherHostIsLookedAtTheAgentOfThisMachineIsNotAsked() throws Exception {
        CommandRun command = new CommandRun(new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0))));
        Path file = folder.resolve("case.tar.gz");
        Path root = folder.resolve("host");
        Files.createDirectories(root.resolve("proc"));
        Files.createDirectories(root.resolve("sys"));
        try (HttpServer server = SimulatedAgent.of("t4").ofThisMachine().listening(socket())) {
            assertThat(server.port()).isPositive();
            assertThat(command.run(
                            "report",
                            "--host-root",
                            root.toString(),
                            "--output",
                            file.toString(),
                            "--set",
                            "web.socket=" + socket()))
                    .as(command.err())
                    .isZero();
        }
        Map<String, String> content = Archives.read(file);
        assertThat(content).containsKey("case/check.txt").doesNotContainKey("case/agent-status.json");
        assertThat(command.out()).doesNotContain("agent-status.json");
    }
}
