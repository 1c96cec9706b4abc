package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.http.HttpServer;
import dev.gpudiag.agent.page.AgentState;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatusCommandTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final CommandRun command = new CommandRun(new FakeNode(Nodes.node(SampleSource.live())));

    @TempDir
    private Path folder;

    private Path socket() {
        return folder.resolve("agent.sock");
    }

    private static AgentState well() {
        return new AgentState("1.2.3", SECOND, Duration.ofSeconds(9), List.of(), Optional.empty());
    }

    private int status(String... more) {
        return command.run(Stream.concat(Stream.of("status", "--socket", socket().toString()), List.of(more).stream())
                .toArray(String[]::new));
    }

    @Test
    void theStateOfTheAgentIsAScreenfulAndItsVerdictIsNotItsHealth() throws Exception {
        AgentState state = new AgentState(
                "1.2.3",
                SECOND,
                Duration.ofSeconds(9),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of("127.0.0.1:9836", "/run/gpudiag/agent.sock"));
        try (HttpServer server = SimulatedAgent.of("gpu-lost").in(state).listening(socket())) {
            assertThat(status()).as("it runs, whatever it has found").isZero();
            assertThat(command.out())
                    .startsWith("SIMULATED:   gpu-lost; nothing here is about")
                    .containsPattern("verdict +CRITICAL: devices: ")
                    .containsPattern("agent +gpudiag 1.2.3 on .*, asked at " + socket())
                    .containsPattern("running +0 s, since 20")
                    .containsPattern("sampling +every 1 s, the last [0-9.]+ s ago")
                    .containsPattern("driver +ready, [0-9.]+")
                    .containsPattern("GPUs +8: gpu 3 lost")
                    .containsPattern("answers at +127.0.0.1:9836, /run/gpudiag/agent.sock")
                    .doesNotContain("PROBLEM");
            assertThat(command.out().lines()).allMatch(line -> line.matches("[ -~]{1,100}"));
            assertThat(command.run("status", "--host", "127.0.0.1:" + server.port()))
                    .isZero();
            assertThat(command.out()).contains("asked at http://127.0.0.1:" + server.port());
        }
    }

    @Test
    void aProblemOfItsOwnIsToldAndIsAnExitCodeOfItsOwn() throws Exception {
        AgentState broken = new AgentState(
                "1.2.3",
                SECOND,
                Duration.ofSeconds(9),
                List.of("the new configuration is broken: \u001b[31mline 3"),
                Optional.empty());
        try (HttpServer server = SimulatedAgent.of("t4").in(broken).listening(socket())) {
            assertThat(server.port()).isPositive();
            assertThat(status()).isEqualTo(1);
            assertThat(command.out())
                    .containsPattern("PROBLEM +the new configuration is broken: .u001b\\[31mline 3")
                    .doesNotContain("\u001b");
        }
        AgentState stalled = new AgentState(
                "1.2.3", SECOND, Duration.ofSeconds(9), List.of(), Optional.of("no sampling round has ended for 70 s"));
        try (HttpServer server = SimulatedAgent.of("t4").in(stalled).listening(socket())) {
            assertThat(server.port()).isPositive();
            assertThat(status()).isEqualTo(1);
            assertThat(command.out()).containsPattern("PROBLEM +no sampling round has ended for 70 s");
        }
    }

    @Test
    void aDriverThatIsLetGoOfIsToldWithItsEnd() throws Exception {
        AgentState released = new AgentState(
                "1.2.3",
                SECOND,
                Duration.ofSeconds(9),
                List.of(),
                Optional.empty(),
                Optional.of(new AgentState.Release(
                        "released until 12:34:56 by user root (uid 0)", Instant.parse("2026-11-24T12:34:56Z"))),
                List.of());
        try (HttpServer server = SimulatedAgent.of("t4").in(released).listening(socket())) {
            assertThat(server.port()).isPositive();
            assertThat(status()).isZero();
            assertThat(command.out()).containsPattern("driver +released until 12:34:56 by user root");
            assertThat(status("--json")).isZero();
            JsonNode document = new ObjectMapper().readTree(command.out());
            assertThat(document.path("release").path("until").asText()).isEqualTo("2026-11-24T12:34:56Z");
            assertThat(document.path("driver_phase").asText()).isEqualTo("READY");
        }
    }

    @Test
    void anAgentBeforeItsFirstVerdictIsAnAgent() throws Exception {
        try (HttpServer server = SimulatedAgent.of("t4").in(well()).begun().listening(socket())) {
            assertThat(server.port()).isPositive();
            assertThat(status()).isZero();
            assertThat(command.out())
                    .containsPattern("verdict +no verdict yet")
                    .containsPattern("sampling +every 1 s, none yet")
                    .containsPattern("driver +not known");
        }
    }

    @Test
    void whereNoAgentAnswersOneLineSaysWhatToDo() {
        String nowhere = "web.socket=" + socket();
        assertThat(command.run("status", "--set", nowhere, "--set", "web.listen-address=127.0.0.1:1"))
                .isEqualTo(3);
        assertThat(command.out()).isEmpty();
        assertThat(command.err().lines())
                .singleElement()
                .asString()
                .contains("no agent answers at " + socket() + " or http://127.0.0.1:1")
                .contains("systemctl start gpudiag");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"uptime_seconds\": 1e300, \"sample_age_seconds\": -5, \"gpus\": 7, \"problems\": {\"a\": null}}",
                "{\"verdict\": [], \"driver\": null, \"gpus\": [null, {}], \"release\": {\"text\": {}}, \"host\": 3}"
            })
    void aStrangeAnswerIsShownAsFarAsItIsUnderstood(String document) throws Exception {
        String answer =
                "HTTP/1.1 200 OK\r\nGpudiag-Api: 1\r\nContent-Length: " + document.length() + "\r\n\r\n" + document;
        try (ServerSocket agent = new ServerSocket(0)) {
            Thread.ofVirtual().start(() -> {
                try (var connection = agent.accept()) {
                    connection.getInputStream().read(new byte[4096]);
                    connection.getOutputStream().write(answer.getBytes(UTF_8));
                } catch (IOException e) {
                    // the test ends
                }
            });
            assertThat(command.run("status", "--host", "127.0.0.1:" + agent.getLocalPort()))
                    .isIn(0, 1);
            assertThat(command.out()).contains("not known");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status --host 127.0.0.1:1 --socket /proc/version",
                "status --socket /no/such/socket",
                "status --host ftp://gpu-node",
                "status more"
            })
    void wrongUsageIsOneMessage(String arguments) {
        assertThat(command.run(arguments.split(" "))).isEqualTo(ExitCodes.USAGE);
        assertThat(command.out()).isEmpty();
        assertThat(command.err()).startsWith("gpudiag: ");
    }
}
