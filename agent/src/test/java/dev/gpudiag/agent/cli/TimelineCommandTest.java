package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.http.HttpServer;
import dev.gpudiag.agent.http.ListenAddress;
import dev.gpudiag.agent.http.LocalActions;
import dev.gpudiag.agent.http.Pages;
import dev.gpudiag.agent.http.PeerRule;
import dev.gpudiag.agent.metrics.HttpRequests;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.agent.state.StateHealth;
import dev.gpudiag.agent.state.StateWriter;
import dev.gpudiag.agent.timeline.EventProcess;
import dev.gpudiag.agent.timeline.Timeline;
import dev.gpudiag.agent.timeline.TimelineEvent;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.SampleSource;
import dev.gpudiag.telemetry.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimelineCommandTest {

    private final Instant now = Instant.now();
    private static final Workload POD = new Workload(
            Workload.Kind.KUBERNETES_POD,
            "ml/train-0 (main)",
            Optional.of("ml"),
            Optional.of("train-0"),
            Optional.of("uid"),
            Optional.of("main"),
            Optional.empty(),
            Optional.empty());

    private final CommandRun command =
            new CommandRun(new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0, 2))));

    @TempDir
    private Path folder;

    @BeforeEach
    void readTheFilesOfTheProduct() {
        command.sources = new ProductSources(Path.of(System.getProperty("gpudiag.simulator", "/nowhere")), Map.of());
    }

    private String state() {
        return "state-directory=" + folder;
    }

    private void record(TimelineEvent... events) throws InterruptedException {
        try (StateWriter writer = new StateWriter(new StateHealth())) {
            Timeline timeline = Timeline.in(folder, Duration.ofDays(7), InstantSource.system(), writer);
            List.of(events).forEach(timeline::add);
            assertThat(writer.await(Duration.ofSeconds(20))).isTrue();
        }
    }

    private TimelineEvent gone(Duration ago) {
        EventProcess process = new EventProcess(
                4711,
                Optional.of("python3\u001b[2J"),
                Optional.of("alice"),
                Optional.of(POD),
                Optional.empty(),
                OptionalLong.of(7));
        return TimelineEvent.of(
                        now.minus(ago),
                        TimelineEvent.Kind.PROCESS,
                        "ended",
                        Status.INFO,
                        process.describe() + " has left the GPU")
                .onGpu(Optional.of(new GpuIdentity(3, Optional.of("GPU-3"), Optional.empty(), Optional.empty())))
                .ofProcess(Optional.of(process));
    }

    @Test
    void thePodOfAProcessThatIsLongGoneIsNamed() throws Exception {
        record(gone(Duration.ofHours(3)), gone(Duration.ofMinutes(90)));

        assertThat(command.run("timeline", "--since", "2h", "--set", state())).isZero();
        assertThat(command.out())
                .contains("process gpu 3  python3\\u001b[2J (pid 4711) of pod ml/train-0 (main)")
                .contains("1 event since ")
                .doesNotContain("\u001b");
        assertThat(command.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }

    @Test
    void jsonIsOneObjectALineWithItsVersion() throws Exception {
        record(gone(Duration.ofHours(1)), gone(Duration.ofMinutes(90)));
        assertThat(command.run("timeline", "--json", "--set", state())).isZero();
        List<String> lines = command.out().lines().toList();
        assertThat(lines).hasSize(2);
        JsonNode first = new ObjectMapper().readTree(lines.getFirst());
        assertThat(first.path("schema_version").asInt()).isEqualTo(1);
        assertThat(first.path("kind").asText()).isEqualTo("process");
        assertThat(first.path("at").asText())
                .isLessThan(
                        new ObjectMapper().readTree(lines.getLast()).path("at").asText());
        assertThat(first.path("gpu").path("uuid").asText()).isEqualTo("GPU-3");
        assertThat(first.path("process").path("peak_memory_bytes").asLong()).isEqualTo(7);
        assertThat(first.path("process").path("workload").path("pod").asText()).isEqualTo("train-0");
    }

    @Test
    void gpuKindAndLimitNarrowIt() throws Exception {
        record(
                gone(Duration.ofHours(1)),
                TimelineEvent.of(now, TimelineEvent.Kind.AGENT, "started", Status.INFO, "gpudiag started"));
        command.run("timeline", "--kind", "agent,driver", "--set", state());
        assertThat(command.out())
                .contains("gpudiag started")
                .contains("1 event")
                .doesNotContain("4711");
        command.run("timeline", "--gpu", "gpu-3", "--set", state());
        assertThat(command.out()).contains("4711").contains("1 event");
        command.run("timeline", "--limit", "1", "--set", state());
        assertThat(command.out()).startsWith("older events are left out").contains("gpudiag started");
        command.run("timeline", "--gpu", "5", "--set", state());
        assertThat(command.out()).startsWith("no events since ");
    }

    @Test
    void whereNoAgentHasKeptAnythingItIsNotKnown() {
        assertThat(command.run("timeline", "--set", state())).isEqualTo(3);
        assertThat(command.out()).isEmpty();
        assertThat(command.err()).contains("no agent has kept one in " + folder);
    }

    @Test
    void aDamagedRecordIsToldAndTheRestIsShown() throws Exception {
        record(gone(Duration.ofHours(1)));
        Path file = folder.resolve("timeline/00000001.log");
        Files.writeString(file, "00000000 {}\n" + Files.readString(file));
        assertThat(command.run("timeline", "--set", state())).isZero();
        assertThat(command.err()).contains("1 damaged records are left out");
        assertThat(command.out()).contains("4711");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "timeline --since soon",
                "timeline --since 2026-13-01",
                "timeline --until 2h --since 1h",
                "timeline --kind xdi",
                "timeline --limit 0",
                "timeline --limit 100000",
                "timeline --replay /proc/version",
            })
    void wrongUsageIsOneMessage(String arguments) {
        assertThat(command.run(arguments.split(" "))).isEqualTo(ExitCodes.USAGE);
        assertThat(command.out()).isEmpty();
        assertThat(command.err()).startsWith("gpudiag: ");
    }

    @Test
    void aSimulatedNodeTellsThePastThatItsScenarioBrings() throws Exception {
        assertThat(command.run("timeline", "--simulate", "memory-leak")).isZero();
        assertThat(command.out())
                .startsWith("SIMULATED: scenario memory-leak")
                .contains("process gpu 0  python3 (pid 41000)")
                .contains("memory-growth was OK and is WARNING");
    }

    /** An agent that has recorded what a scenario brings, at a socket and at a port. */
    private static HttpServer agent(Path socket) throws Exception {
        HttpServer server = new HttpServer(
                ListenAddress.parse("127.0.0.1:0"),
                Pages.of(""),
                new HttpServer.Around(
                        SimulatedAgent.of("gpu-lost").routes(),
                        new LocalActions(Optional.of(PeerRule.ofThisProcess()), List.of()),
                        new HttpRequests(),
                        Optional.empty()));
        server.listenAt(socket);
        return server;
    }

    @Test
    void theAgentOfThisMachineIsAskedAndAnotherOneByItsAddress() throws Exception {
        Path socket = folder.resolve("agent.sock");
        record(gone(Duration.ofHours(1)));
        try (HttpServer server = agent(socket)) {
            String here = "web.socket=" + socket;
            assertThat(command.run("timeline", "--kind", "xid", "--gpu", "3", "--set", state(), "--set", here))
                    .isZero();
            assertThat(command.out()).contains("Xid 79").contains("2 events").doesNotContain("4711");
            assertThat(command.err()).isEmpty();

            String there = "127.0.0.1:" + server.port();
            assertThat(command.run("timeline", "--json", "--limit", "1", "--host", there, "--set", state()))
                    .isZero();
            assertThat(command.out().lines()).hasSize(1);
        }
        assertThat(command.run("timeline", "--set", state(), "--set", "web.socket=" + socket))
                .isZero();
        assertThat(command.out())
                .contains("4711")
                .as("its files, where it does not run")
                .doesNotContain("Xid 79");
        assertThat(command.run("timeline", "--host", "127.0.0.1:1", "--set", state()))
                .isEqualTo(3);
    }

    @Test
    void aSimulationAsksNoAgent() throws Exception {
        Path socket = folder.resolve("agent.sock");
        try (HttpServer server = agent(socket)) {
            assertThat(command.run("timeline", "--simulate", "memory-leak", "--set", "web.socket=" + socket))
                    .isZero();
            assertThat(command.out()).doesNotContain("Xid 79");
            assertThat(command.run("timeline", "--simulate", "memory-leak", "--host", "127.0.0.1:" + server.port()))
                    .isEqualTo(ExitCodes.USAGE);
        }
    }
}
