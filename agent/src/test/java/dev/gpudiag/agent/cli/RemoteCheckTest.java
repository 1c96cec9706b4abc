package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.http.HttpServer;
import dev.gpudiag.agent.page.AgentState;
import dev.gpudiag.agent.replay.Recording;
import dev.gpudiag.agent.report.JsonReport;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.agent.report.ReportContext;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteCheckTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final FakeNode here = new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0)));
    private final CommandRun command = new CommandRun(here, CheckCatalog.all().toArray(Check[]::new));

    @TempDir
    private Path folder;

    private int check(HttpServer server, String... more) {
        return command.run(Stream.concat(Stream.of("check", "--host", "127.0.0.1:" + server.port()), Stream.of(more))
                .toArray(String[]::new));
    }

    private HttpServer agent(String scenario) throws IOException {
        return SimulatedAgent.of(scenario).listening(folder.resolve("agent.sock"));
    }

    @Test
    void theVerdictOfAnotherNodeIsShownAsOneOfThisAndNothingHereIsLookedAt() throws Exception {
        try (HttpServer server = agent("gpu-lost")) {
            assertThat(check(server)).isEqualTo(2);
            assertThat(command.out())
                    .startsWith("gpudiag 1.2.3 on sim-h100 ")
                    .contains("\nSIMULATED: scenario gpu-lost")
                    .contains("CRITICAL  devices", "gpu 3", "note: judged by a running agent", "asked at http://127")
                    .endsWith("s)\n");
            assertThat(command.out().lines()).allMatch(line -> line.matches("[ -~]{0,100}"));
            assertThat(here.opened).isEmpty();

            assertThat(command.run(
                            "check", "--socket", folder.resolve("agent.sock").toString()))
                    .isEqualTo(2);
            assertThat(command.out()).contains("asked at " + folder.resolve("agent.sock"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpu-lost",
                "mig-a100",
                "ecc-uncorrected",
                "xid-repeated",
                "driver-not-loaded",
                "cuda-too-new",
                "thermal-throttle"
            })
    void nothingOfAReportIsLostOnTheWay(String scenario) throws Exception {
        SimulatedAgent agent = SimulatedAgent.of(scenario);
        Report report = agent.node().report().orElseThrow();
        ObjectNode sent = JsonReport.of(report, around(report));
        ObjectNode snapshot = (ObjectNode) MAPPER.readTree(Recording.write(report.sample(), "1.2.3"));

        AgentReport told = AgentReport.of(MAPPER.readTree(sent.toString()), snapshot, "here");

        assertThat(told.isOfOneRound()).isTrue();
        assertThat(MAPPER.readTree(JsonReport.of(told.report(), around(report)).toString()))
                .isEqualTo(MAPPER.readTree(sent.toString()));
    }

    private static ReportContext around(Report report) {
        return new ReportContext("1.2.3", Duration.ZERO, List.of(), report.exitCode(), false);
    }

    @Test
    void everyFormatAndEveryNarrowingIsThere() throws Exception {
        try (HttpServer server = agent("gpu-lost")) {
            assertThat(check(server, "--json")).isEqualTo(2);
            JsonNode json = MAPPER.readTree(command.out());
            assertThat(json.path("verdict").asText()).isEqualTo("CRITICAL");
            assertThat(json.path("source").asText()).isEqualTo("SIMULATED");
            assertThat(json.path("gpus")).hasSize(8);

            assertThat(check(server, "--format", "ndjson")).isEqualTo(2);
            assertThat(command.out().lines()).hasSize(json.path("checks").size() + 1);
            assertThat(check(server, "--format", "nagios")).isEqualTo(2);
            assertThat(command.out()).startsWith("CRITICAL - ").contains(" | checks_run=");
            assertThat(check(server, "--format", "npd")).isEqualTo(1);
            assertThat(command.out().lines()).hasSize(1);
            assertThat(check(server, "-q")).isEqualTo(2);
            assertThat(command.out().lines()).allMatch(line -> line.startsWith("CRITICAL"));

            assertThat(check(server, "--gpu", "0", "ecc")).isZero();
            assertThat(command.out()).doesNotContain("gpu 3");
            assertThat(check(server, "--gpu", "99")).isEqualTo(ExitCodes.USAGE);
            assertThat(command.err()).contains("no GPU '99'");
            assertThat(check(server, "--json", "--skip", "devices,xid")).isNotEqualTo(64);
            assertThat(MAPPER.readTree(command.out()).at("/checks/0/id").asText())
                    .isNotEmpty();
            assertThat(command.out()).contains("left out by --skip");
            assertThat(check(server, "nosuch")).isEqualTo(ExitCodes.USAGE);
            assertThat(check(server, "--exit-style", "zero")).isZero();
        }
    }

    @Test
    void aCheckThatIsNamedAndNotRunThereIsNotKnown() throws Exception {
        SimulatedAgent whole = SimulatedAgent.of("t4");
        Report report = whole.node().report().orElseThrow();
        Report less = report.withResults(report.results().stream()
                .filter(result -> !result.id().equals("ecc"))
                .toList());
        try (HttpServer server = whole.showing(less).listening(folder.resolve("agent.sock"))) {
            assertThat(check(server, "ecc")).isEqualTo(3);
            assertThat(command.out()).contains("the agent there does not run it");
            assertThat(check(server, "devices")).isZero();
        }
    }

    @Test
    void anOldVerdictIsNoVerdict() throws Exception {
        AgentState stalled = new AgentState(
                "1.2.3",
                Duration.ofSeconds(1),
                Duration.ofSeconds(9),
                List.of(),
                Optional.of("no sampling round has ended for 70 s"));
        try (HttpServer server = SimulatedAgent.of("t4").in(stalled).listening(folder.resolve("agent.sock"))) {
            assertThat(check(server)).isEqualTo(3);
            assertThat(command.out()).isEmpty();
            assertThat(command.err())
                    .contains("no sampling round has ended for 70 s")
                    .hasLineCount(1);
        }
    }

    @Test
    void anAgentWithoutAVerdictYetHasNone() throws Exception {
        try (HttpServer server = SimulatedAgent.of("t4").begun().listening(folder.resolve("agent.sock"))) {
            assertThat(check(server)).isEqualTo(3);
            assertThat(command.err()).contains("there is no verdict yet").hasLineCount(1);
        }
    }

    /** Answers each path with its bytes, and what is not in the map with nothing. */
    private static ServerSocket fake(Map<String, String> answers) throws IOException {
        ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!socket.isClosed()) {
                try (var connection = socket.accept()) {
                    byte[] head = new byte[4096];
                    int length = connection.getInputStream().read(head);
                    String path = new String(head, 0, Math.max(0, length), UTF_8).split(" ", 3)[1];
                    connection
                            .getOutputStream()
                            .write(answers.getOrDefault(path, "").getBytes(UTF_8));
                } catch (IOException e) {
                    // the client has gone, or the test ends
                }
            }
        });
        return socket;
    }

    private static String http(String document) {
        byte[] body = document.getBytes(UTF_8);
        return "HTTP/1.1 200 OK\r\nGpudiag-Api: 1\r\nConnection: close\r\nContent-Length: " + body.length + "\r\n\r\n"
                + document;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nGpudiag-Api: 1\r\nContent-Length: 90\r\n\r\n{",
                "HTTP/1.1 200 OK\r\nGpudiag-Api: 1\r\nContent-Length: 2\r\n\r\n{}",
            })
    void whatIsNoWholeReportIsUnknownInOneLine(String answer) throws Exception {
        try (ServerSocket server =
                fake(Map.of("/api/v1/status", answer, "/api/v1/report", answer, "/api/v1/snapshot", answer))) {
            String there = "127.0.0.1:" + server.getLocalPort();
            assertThat(command.run("check", "--host", there)).isEqualTo(3);
            assertThat(command.out()).isEmpty();
            assertThat(command.err()).startsWith("gpudiag: ").hasLineCount(1);
            assertThat(command.run("check", "--host", there, "--format", "nagios"))
                    .isEqualTo(3);
            assertThat(command.out()).startsWith("UNKNOWN - ").hasLineCount(1);
            assertThat(command.run("check", "--host", there, "--format", "npd")).isEqualTo(2);
            assertThat(command.out()).startsWith("UNKNOWN: ").hasLineCount(1);
            assertThat(command.out().strip()).hasSizeLessThanOrEqualTo(80);
            assertThat(here.opened).as("this node is not judged in its stead").isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"schema_version\": 2, \"checks\": []}",
                "{\"schema_version\": 1}",
                "{\"schema_version\": 1, \"checks\": [{\"id\": \"ecc\", \"status\": \"FINE\", \"summary\": \"\"}]}",
                "{\"schema_version\": 1, \"checks\": [{\"id\": 7, \"status\": \"OK\", \"summary\": \"\"}]}",
                "{\"schema_version\": 1, \"checks\": [{\"id\": \"a\", \"status\": \"OK\", \"summary\": \"\","
                        + " \"findings\": [{\"status\": \"OK\", \"subject\": {\"kind\": \"MOON\"}}]}]}",
                "{\"schema_version\": 1, \"checks\": []}"
            })
    void aReportThatCannotBeUnderstoodIsUnknownInOneLine(String report) throws Exception {
        try (ServerSocket server = fake(
                Map.of("/api/v1/status", http("{}"), "/api/v1/report", http(report), "/api/v1/snapshot", http("{}")))) {
            assertThat(command.run("check", "--host", "127.0.0.1:" + server.getLocalPort()))
                    .isEqualTo(3);
            assertThat(command.err())
                    .startsWith("gpudiag: the answer of the agent cannot be used: ")
                    .hasLineCount(1);
        }
    }

    @Test
    void whatAnAgentSendsReachesNoTerminalAsItIs() throws Exception {
        Report report = SimulatedAgent.of("t4").node().report().orElseThrow();
        ObjectNode sent = JsonReport.of(report, around(report));
        String odd = "\u001b]0;owned\u0007\r\n\u202e";
        ((ObjectNode) sent.path("checks").get(0)).put("summary", odd).put("status", "WARNING");
        ((ObjectNode) sent.path("checks").get(0).path("findings").get(0))
                .put("seen", odd)
                .put("status", "WARNING");
        sent.putArray("warnings").add(odd);
        String snapshot = Recording.write(report.sample(), "1.2.3");
        try (ServerSocket server = fake(Map.of(
                "/api/v1/status",
                http("{}"),
                "/api/v1/report",
                http(sent.toString()),
                "/api/v1/snapshot",
                http(snapshot)))) {
            for (String format : List.of("text", "json", "ndjson", "nagios", "npd")) {
                assertThat(command.run(
                                "check", "--host", "127.0.0.1:" + server.getLocalPort(), "-v", "--format", format))
                        .isEqualTo(1);
                assertThat(command.out().replace("\n", "")).as(format).matches("[ -~]+");
            }
        }
    }

    @Test
    void anAgentThatNeverAnswersMeetsTheDeadline() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            assertThat(command.run("check", "--host", "127.0.0.1:" + silent.getLocalPort(), "--timeout", "300ms"))
                    .isEqualTo(3);
            assertThat(command.err()).hasLineCount(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--simulate gpu-lost",
                "--replay /proc/version",
                "--nvml-library /proc/version",
                "--host-root /proc",
                "--force-init",
                "--set ecc.x=1",
                "--config /proc/version",
                "--watch",
                "--socket /proc/version",
            })
    void whatIsAboutThisMachineExcludesAnotherOne(String flag) {
        assertThat(command.run(("check --host 127.0.0.1:1 " + flag).split(" "))).isEqualTo(ExitCodes.USAGE);
        assertThat(command.out()).isEmpty();
        assertThat(command.err()).startsWith("gpudiag: ").contains(flag.substring(0, (flag + " ").indexOf(' ')));
        assertThat(here.opened).isEmpty();
    }
}
