package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.gpudiag.agent.report.TopJson;
import dev.gpudiag.agent.top.TopNodes;
import dev.gpudiag.telemetry.NodeSample;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TopCommandTest {

    private final CommandRun command = run(TopNodes.busy());

    @Test
    void withoutATerminalItPrintsOnce() {
        assertThat(command.run("top")).isZero();
        assertThat(command.out())
                .startsWith("gpudiag top on gpu-node-17")
                .contains("pod ml-train/llama-0 (main)")
                .contains("note: processes of other users: run as root")
                .doesNotContain("\u001b");
        assertThat(command.err()).isEqualTo("gpudiag: element <new> is not known\n");
        assertThat(command.node.closed).isOne();
    }

    @Test
    void processesAreSortedAndFilteredAsAsked() {
        command.run("top", "--once", "--sort", "memory", "--filter", "PYTHON3");
        assertThat(command.out().lines().filter(line -> line.contains("python3")))
                .hasSize(4)
                .first()
                .asString()
                .contains("4711");
        assertThat(command.out()).doesNotContain("tritonserver");
    }

    @Test
    void theJsonIsOneLineAsTheSchemaSays() throws IOException {
        for (NodeSample node :
                List.of(TopNodes.busy(), TopNodes.hung(), TopNodes.mig(), TopNodes.noDriver(), TopNodes.crowded())) {
            CommandRun one = run(node);
            one.run("top", "--once", "--json");
            assertThat(one.out().lines()).hasSize(1);
            JsonNode json = new ObjectMapper().readTree(one.out());
            assertThat(schema().validate(json)).isEmpty();
        }
    }

    @Test
    void theJsonStreamGoesOnUntilCtrlC() throws Exception {
        try (PipedOutputStream keys = new PipedOutputStream()) {
            command.terminal = new CallerTerminal(Optional.of(new PipedInputStream(keys)), false, word -> {});
            Thread user = new Thread(() -> {
                try {
                    while (command.out().lines().count() < 3) {
                        Thread.onSpinWait();
                    }
                    keys.write(3);
                    keys.flush();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            user.setDaemon(true);
            user.start();
            assertThat(command.run("top", "--json", "--interval", "200ms")).isZero();
            user.join();
        }
        assertThat(command.out().lines().count()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void onATerminalItDrawsUntilQAndGivesTheTerminalBack() {
        List<String> asked = new ArrayList<>();
        InputStream keys = new ByteArrayInputStream("\u001b[48;24;100;0;0thhq".getBytes(US_ASCII));
        command.terminal = new CallerTerminal(Optional.of(keys), true, asked::add);
        assertThat(command.run("top")).isZero();
        assertThat(asked).containsExactly("screen", "plain");
    }

    @Test
    void whereNoGpuCanBeReadItIsNotKnown() {
        assertThat(run(TopNodes.noDriver()).run("top", "--once")).isEqualTo(3);
        assertThat(run(TopNodes.hung()).run("top", "--once")).isZero();
    }

    @Test
    void theInstalledConfigurationIsAboutThisMachineOnly() {
        command.settings = file -> {
            throw new UnusableFileException("gpudiag.yaml line 3: broken");
        };

        assertThat(command.run("top", "--once")).isEqualTo(ExitCodes.CONFIGURATION);
        assertThat(command.err()).isEqualTo("gpudiag: gpudiag.yaml line 3: broken\n");
        assertThat(command.run("top", "--once", "--simulate", "gpu-lost")).isZero();
        assertThat(command.run("top", "--once", "--replay", "pom.xml")).isZero();
    }

    @Test
    void wrongUsageIsOneMessage() {
        for (String arguments : List.of(
                "--interval 0s", "--interval 2h", "--interval soon", "--sort loud", "--bogus", "what", "--timeout x")) {
            assertThat(command.run(("top " + arguments).split(" "))).isEqualTo(ExitCodes.USAGE);
            assertThat(command.out()).isEmpty();
            assertThat(command.err()).startsWith("gpudiag: ");
        }
    }

    private static CommandRun run(NodeSample node) {
        return new CommandRun(new FakeNode(node), FakeChecks.heat());
    }

    private static JsonSchema schema() throws IOException {
        try (InputStream schema = TopJson.class.getResourceAsStream("top.schema.json")) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(schema);
        }
    }
}
