package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {

    private final CommandRun command = new CommandRun(
            new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0, 2))),
            CheckCatalog.all().toArray(Check[]::new));

    @TempDir
    private Path folder;

    @BeforeEach
    void readFiles() {
        command.settings = file -> file.isPresent() ? Wiring.configured(file) : SettingsSource.Configured.defaults();
    }

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("gpudiag.yaml"), text).toString();
    }

    @Test
    void aGoodFileIsFine() throws IOException {
        String file = file("xid:\n  open-for: 1d\n");
        assertThat(command.run("config", "check", file)).isZero();
        assertThat(command.out()).isEqualTo(file + ": fine, 1 setting changed\n");
        assertThat(command.run("config", "check", "--config", file)).isZero();
        assertThat(command.run("config", "check")).isZero();
        assertThat(command.out()).startsWith("no configuration file: the defaults");
    }

    @Test
    void allErrorsOfFileEnvironmentAndFlagsAreToldAtOnce() throws IOException {
        command.environment.put("GPUDIAG_SAMPLING_INTERVAL", "soon");
        String file = file("xid:\n  opn-for: 1d\ntemprature:\n  x: 1\nsampling:\n  interval: 0s\n");
        assertThat(command.run("config", "check", file, "--set", "ecc=1")).isEqualTo(ExitCodes.CONFIGURATION);
        assertThat(command.out()).isEmpty();
        assertThat(command.err().lines())
                .containsExactly(
                        "gpudiag: gpudiag.yaml:2: unknown key 'opn-for' in xid; did you mean 'open-for'?",
                        "gpudiag: gpudiag.yaml:3: unknown key 'temprature'; did you mean 'temperature'?",
                        "gpudiag: gpudiag.yaml:6: sampling.interval: 0s is outside 100ms to 1h",
                        "gpudiag: $GPUDIAG_SAMPLING_INTERVAL: 'soon' is not a duration such as 90s, 60m or 12h",
                        "gpudiag: --set ecc=1: unknown setting 'ecc'");
    }

    @Test
    void aFileThatIsNotThereIsWrongUsage() {
        assertThat(command.run("config", "check", "/nowhere/x.yaml")).isEqualTo(ExitCodes.USAGE);
        assertThat(command.run("config", "chek")).isEqualTo(ExitCodes.USAGE);
    }

    @Test
    void showSaysWhereEachValueComesFrom() throws IOException {
        command.environment.put("GPUDIAG_SAMPLING_SLOW_INTERVAL", "20s");
        String file = file("xid:\n  open-for: 1d\nchecks:\n  skip: [nvlink, ecc]\n");
        assertThat(command.run("config", "show", "--config", file, "--set", "sampling.interval=2s"))
                .isZero();
        assertThat(command.out())
                .containsPattern("(?m)^sampling\\.interval +2s +--set$")
                .containsPattern("(?m)^sampling\\.slow-interval +20s +\\$GPUDIAG_SAMPLING_SLOW_INTERVAL$")
                .containsPattern("(?m)^xid\\.open-for +1d +" + file + ":2$")
                .containsPattern("(?m)^xid\\.transient-for +2h +default$")
                .containsPattern("(?m)^checks\\.skip +ecc,nvlink +" + file + ":4$");
        command.run("config", "show", "--changed", "--config", file);
        assertThat(command.out().lines()).hasSize(3);
    }

    @Test
    void jsonHasTheOriginOfEachValue() throws IOException {
        String file = file("fragmentation:\n  endpoints: http://127.0.0.1:8000/metrics\n");
        assertThat(command.run("config", "show", "--json", "--config", file)).isZero();
        JsonNode root = new ObjectMapper().readTree(command.out());
        assertThat(root.path("schema_version").asInt()).isEqualTo(1);
        assertThat(root.path("file").asText()).isEqualTo(file);
        root.path("settings").forEach(setting -> {
            if (setting.path("key").asText().equals("fragmentation.endpoints")) {
                assertThat(setting.path("value").asText()).isEqualTo("http://127.0.0.1:8000/metrics");
                assertThat(setting.path("origin").asText()).isEqualTo("file");
                assertThat(setting.path("origin_detail").asText()).isEqualTo(file + ":2");
            }
        });
    }

    @Test
    void aSimulatedNodeIsNotJudgedByTheEnvironmentOfThisMachine() {
        command.environment.put("GPUDIAG_DEVICES_EXPECT_COUNT", "wrong");
        assertThat(command.run("check", "--simulate", "gpu-lost")).isNotEqualTo(ExitCodes.CONFIGURATION);
        assertThat(command.run("check")).isEqualTo(ExitCodes.CONFIGURATION);
    }
}
