package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.http.ListenAddress;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

    private final FakeNode node = new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0, 2)));
    private final CommandRun command = new CommandRun(node, FakeChecks.heat());

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chek",
                "check --jsn",
                "check --timeout",
                "check --timeout soon",
                "check --timeout 0s",
                "check --timeout 2d",
                "check --exit-style loud",
                "check --replay /nowhere/x.xml",
                "check --replay /",
                "check --config /nowhere/gpudiag.yaml",
                "check --nvml-library /nowhere/libnvidia-ml.so.1",
                "check --host-root /nowhere",
                "check --host-root /proc/version",
                "check --simulate gpu-los",
                "check --simulate ./nowhere.scenario",
                "check --simulate gpu-lost --replay /proc/version",
                "check --simulate gpu-lost --force-init",
                "check --replay /proc/version --host-root /",
                "list driver",
                "version 2",
                "snapshot out.json",
                "serve --web.listen-address 9836",
                "serve --web.listen-address :99999",
                "--version",
            })
    void wrongUsageIsOneMessageAndNothingElse(String arguments) {
        assertThat(command.run(arguments.split(" "))).isEqualTo(ExitCodes.USAGE);
        assertThat(command.out()).isEmpty();
        assertThat(command.err())
                .startsWith("gpudiag: ")
                .doesNotContain("Exception")
                .doesNotContain("\tat ");
        assertThat(command.err().lines().count()).isLessThanOrEqualTo(3);
        assertThat(node.opened).isEmpty();
    }

    @Test
    void nearNamesAreSuggested() {
        command.run("chek");
        assertThat(command.err()).contains("did you mean 'check'?");
        command.run("check", "--jsn");
        assertThat(command.err()).contains("did you mean '--json'?");
        command.run("check", "--simulate", "gpu-los");
        assertThat(command.err()).contains("did you mean 'gpu-lost'?").contains("there are: gpu-hung, gpu-lost");
    }

    @Test
    void aFileThatCannotBeUsedIsBadConfiguration() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.xml"), "<");
        assertThat(command.run("check", "--replay", broken.toString())).isEqualTo(ExitCodes.CONFIGURATION);
        assertThat(command.err()).isEqualTo("gpudiag: " + broken + " line 3: not a capture\n");
    }

    @Test
    void hostileNamesAreEscapedInMessages() {
        command.run("check", "--replay", "\u001b[2J\u202e");
        assertThat(command.err())
                .doesNotContain("\u001b")
                .doesNotContain("\u202e")
                .contains("\\u001b[2J");
        command.run("\u001b[2J");
        assertThat(command.err()).doesNotContain("\u001b");
        command.run("check", "nul\u0000");
        assertThat(command.err()).contains("\\u0000");
        assertThat(command.run("check", "--replay", "a\u0000b")).isEqualTo(ExitCodes.USAGE);
    }

    @Test
    void aBugIsOneLineWithoutStackTraceUnlessAskedFor() {
        command.server = options -> {
            throw new IllegalStateException("broken inside");
        };
        assertThat(command.run("serve")).isEqualTo(ExitCodes.BUG);
        assertThat(command.err())
                .startsWith("gpudiag: this is a bug in gpudiag: ")
                .doesNotContain("\tat ");
        command.environment.put("GPUDIAG_DEBUG", "1");
        assertThat(command.run("serve")).isEqualTo(ExitCodes.BUG);
        assertThat(command.err()).contains("\tat ");
    }

    @Test
    void inputThatExhaustsTheStackIsBadInput() {
        command.server = options -> {
            throw new StackOverflowError();
        };
        assertThat(command.run("serve")).isEqualTo(ExitCodes.CONFIGURATION);
    }

    @Test
    void sourcesAreOpenedAsAsked() throws IOException {
        Path capture = Files.writeString(folder.resolve("capture.xml"), "<x/>");
        Path scenario = Files.writeString(folder.resolve("own.scenario"), "");
        command.run("check", "--replay", capture.toString());
        command.run("check", "--simulate", "gpu-hung");
        command.run("check", "--simulate", scenario.toString());
        command.run("check", "--nvml-library", capture.toString(), "--host-root", folder.toString(), "--force-init");
        command.environment.put("GPUDIAG_NVML_LIBRARY", scenario.toString());
        command.run("snapshot");
        command.run("check", "--simulate", "gpu-hung");

        assertThat(node.opened)
                .containsExactly(
                        new SourceOptions.Replayed(capture),
                        new SourceOptions.Simulated("gpu-hung", Path.of("/s/gpu-hung.scenario")),
                        new SourceOptions.Simulated(scenario.toString(), scenario),
                        new SourceOptions.Live(Optional.of(capture), folder, true),
                        new SourceOptions.Live(Optional.of(scenario), Path.of("/"), false),
                        new SourceOptions.Simulated("gpu-hung", Path.of("/s/gpu-hung.scenario")));
    }

    @Test
    void aSnapshotIsTheOnlyThingOnStandardOutput() {
        assertThat(command.run("snapshot")).isZero();
        assertThat(command.out()).isEqualTo("snapshot of 2\n");
        assertThat(command.err()).contains("element <new> is not known");
    }

    @Test
    void theListShowsEverySetting() throws IOException {
        assertThat(command.run("list")).isZero();
        assertThat(command.out())
                .contains("looks at heat")
                .contains("heat.limit = 83 celsius")
                .contains("40 to 110");
        assertThat(command.run("list", "--json")).isZero();
        assertThat(new ObjectMapper()
                        .readTree(command.out())
                        .at("/checks/0/settings/0/default")
                        .asText())
                .isEqualTo("83");
    }

    @Test
    void theServerGetsAddressAndSettings() {
        List<ServeOptions> served = new ArrayList<>();
        command.server = options -> {
            served.add(options);
            return 143;
        };
        assertThat(command.run(
                        "serve",
                        "--web.listen-address",
                        "[::1]:9000",
                        "--simulate",
                        "gpu-lost",
                        "--set",
                        "heat.limit=90"))
                .isEqualTo(143);
        assertThat(served.getFirst().listenAddress()).contains(new ListenAddress("::1", 9000));
        assertThat(served.getFirst().configured().settings().get(FakeChecks.LIMIT))
                .isEqualTo(90);
        assertThat(node.opened).isEmpty();
    }

    @Test
    void theVersionIsOneJsonDocumentWhenAsked() throws Exception {
        assertThat(command.run("version", "--json")).isZero();
        assertThat(new ObjectMapper().readTree(command.out()).path("version").asText())
                .isEqualTo("1.2.3");
    }

    @Test
    void versionAndHelpSucceed() {
        assertThat(command.run("version")).isZero();
        assertThat(command.out()).contains("gpudiag 1.2.3").contains("abc").contains("25");
        assertThat(command.run("check", "--help")).isZero();
        assertThat(command.out()).contains("--simulate=NAME|FILE").contains("Exit codes: 0 nothing wrong");
        assertThat(command.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
        assertThat(command.run()).isEqualTo(ExitCodes.USAGE);
        assertThat(command.err()).contains("Usage: gpudiag");
    }

    @Test
    void theBuildSaysWhatItIs() {
        assertThat(Product.built().version()).matches("\\d+\\.\\d+\\.\\d+.*");
    }
}
