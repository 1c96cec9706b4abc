package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.http.HttpServer;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.telemetry.SampleSource;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentHistoryTest {

    private static final String SINGLE_LOOK = "OK: 1 ok, 1 skipped - 1 of 2 checks ran";

    private final CommandRun command = new CommandRun(
            new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0))),
            CheckCatalog.all().toArray(Check[]::new));

    @TempDir
    private Path folder;

    @BeforeEach
    void anAgentIsLookedForAtItsSocket() {
        command.environment.put("GPUDIAG_WEB_SOCKET", socket().toString());
    }

    private Path socket() {
        return folder.resolve("agent.sock");
    }

    /** An agent that has found a hang, and nothing else. */
    private static SimulatedAgent agent(Status devices) {
        SimulatedAgent agent = SimulatedAgent.of("t4").ofThisMachine();
        Report report = agent.node().report().orElseThrow();
        return agent.showing(report.withResults(List.of(
                result("devices", devices, "devices of the agent"),
                result("hang", Status.WARNING, "busy \u001b[31m"))));
    }

    private static CheckResult result(String id, Status status, String seen) {
        return new CheckResult(id, status, seen, List.of(Finding.of(status, Subject.node(), seen)));
    }

    @Test
    void whatOneLookCannotKnowIsKnownFromTheAgentAndTheRestIsSeenAnew() throws Exception {
        try (HttpServer server = agent(Status.CRITICAL).listening(socket())) {
            assertThat(server.port()).isPositive();
            untilItAnswers();
            assertThat(command.out())
                    .containsPattern("note: history: from the agent, since 20[-0-9]+T[0-9:]+Z: hang")
                    .containsPattern("WARNING +hang +busy .u001b")
                    .as("its own look counts where one is enough")
                    .doesNotContain("devices of the agent")
                    .doesNotContain("\u001b");
        }
        assertThat(command.run("check", "devices", "hang")).isZero();
        assertThat(command.out()).contains(SINGLE_LOOK).doesNotContain("from the agent");
    }

    /** A machine that is busy may not meet the 300 ms at first. */
    private void untilItAnswers() {
        int rounds = 0;
        while (command.run("check", "devices", "hang") != 1) {
            assertThat(++rounds).as("rounds without the agent").isLessThan(200);
        }
    }

    @Test
    void aCheckThatNeedsNoPastAsksNoAgent() throws Exception {
        try (HttpServer server = agent(Status.CRITICAL).listening(socket())) {
            assertThat(server.port()).isPositive();
            untilItAnswers();
            assertThat(command.run("check", "devices")).isZero();
            assertThat(command.out()).doesNotContain("from the agent");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--set hang.window=5m", "--nvml-library /proc/version", "--simulate gpu-lost"})
    void whereAnotherNodeOrOtherLimitsAreMeantTheAgentIsNotAsked(String flag) throws Exception {
        try (HttpServer server = agent(Status.OK).listening(socket())) {
            assertThat(server.port()).isPositive();
            untilItAnswers();
            assertThat(command.run(("check devices hang " + flag).split(" "))).isZero();
            assertThat(command.out()).contains(SINGLE_LOOK).doesNotContain("from the agent");
        }
    }

    @Test
    void aSimulationIsNotThePastOfThisMachine() throws Exception {
        try (HttpServer server = SimulatedAgent.of("memory-leak").listening(socket())) {
            assertThat(server.port()).isPositive();
            assertThat(command.run("check", "devices", "hang")).isZero();
            assertThat(command.out()).contains(SINGLE_LOOK);
        }
    }

    @Test
    void anAgentThatDoesNotAnswerIsNotWaitedFor() throws Exception {
        try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            silent.bind(UnixDomainSocketAddress.of(socket()));
            assertThat(command.run("check", "devices", "hang")).isZero();
            assertThat(command.out()).contains(SINGLE_LOOK);
            assertThat(command.err()).isEmpty();
        }
    }
}
