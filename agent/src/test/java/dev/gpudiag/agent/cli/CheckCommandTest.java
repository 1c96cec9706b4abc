package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckCommandTest {

    private final FakeNode node = new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0, 2)));

    @ParameterizedTest
    @CsvSource({
        "OK, 0, 0",
        "INFO, 0, 0",
        "SKIPPED, 0, 0",
        "WARNING, 1, 1",
        "CRITICAL, 2, 1",
        "UNKNOWN, 3, 2",
    })
    void theVerdictIsTheExitCode(Status status, int severity, int npd) {
        CommandRun command = run(status);

        assertThat(command.run("check")).isEqualTo(severity);
        assertThat(command.run("check", "--exit-style", "npd")).isEqualTo(npd);
        assertThat(command.run("check", "--exit-style=zero")).isZero();
        assertThat(command.err()).isEmpty();
    }

    @Test
    void criticalBeatsWarningBeatsUnknown() {
        assertThat(run(Status.UNKNOWN, Status.WARNING, Status.OK).run("check")).isEqualTo(1);
        assertThat(run(Status.UNKNOWN, Status.CRITICAL, Status.WARNING).run("check"))
                .isEqualTo(2);
    }

    @Test
    void theNodeIsLetGo() {
        CommandRun command = run(Status.OK);
        command.run("check");
        assertThat(node.closed).isEqualTo(1);
        assertThat(node.opened)
                .containsExactly(new SourceOptions.Live(java.util.Optional.empty(), java.nio.file.Path.of("/"), false));
    }

    @Test
    void onlyNamedChecksAreRunAndSkippedOnesAreCounted() {
        CommandRun command = run(Status.WARNING, Status.CRITICAL, Status.OK);

        assertThat(command.run("check", "check-0", "check-2")).isEqualTo(1);
        assertThat(command.out()).contains("check-0").doesNotContain("check-1").contains("2 of 2 checks ran");
        assertThat(command.run("check", "--only", "check-0,check-2")).isEqualTo(1);
        assertThat(command.out()).contains("2 of 2 checks ran");
        assertThat(command.run("check", "--skip", "check-0,check-1")).isZero();
        assertThat(command.out()).contains("left out by --skip: check-0, check-1");
        assertThat(command.run("check", "--skip", "check-1", "-v")).isEqualTo(1);
        assertThat(command.out()).contains("left out by --skip").contains("2 of 3 checks ran");
    }

    @Test
    void configurationLeavesOutChecksUnlessTheyAreNamed() {
        CommandRun command = run(Status.WARNING, Status.OK);
        command.settings = file -> new SettingsSource.Configured(Settings.defaults(), Set.of("check-0"));

        assertThat(command.run("check")).isZero();
        assertThat(command.out()).contains("left out by the configuration");
        assertThat(command.run("check", "check-0")).isEqualTo(1);
    }

    @Test
    void unknownChecksAreNamedTogetherWithTheNearest() {
        CommandRun command = run(Status.OK, Status.OK);

        assertThat(command.run("check", "chek-0", "nothing", "--skip", "chec-1"))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(command.err())
                .contains("no check 'chek-0'; did you mean 'check-0'?")
                .contains("no check 'nothing'")
                .contains("--skip: no check 'chec-1'; did you mean 'check-1'?");
        assertThat(command.out()).isEmpty();
        assertThat(node.opened).isEmpty();
    }

    @Test
    void settingsAreChangedFromTheCommandLine() {
        CommandRun command = new CommandRun(node, FakeChecks.heat());

        assertThat(command.run("check")).isZero();
        assertThat(command.run("check", "--set", "heat.limit=50")).isEqualTo(1);
        assertThat(command.run("check", "--set", "heat.limit=50", "--set=heat.limit=60"))
                .isZero();
    }

    @Test
    void wrongSettingsAreNamedTogether() {
        CommandRun command = new CommandRun(node, FakeChecks.heat());

        assertThat(command.run("check", "--set", "heat.limt=50", "--set", "heat.limit=hot", "--set", "heat.limit"))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(command.err())
                .contains("did you mean 'heat.limit'?")
                .contains("'hot' is not a number")
                .contains("--set heat.limit:");
    }

    @Test
    void theInstalledConfigurationIsAboutThisMachineOnly() {
        CommandRun command = run(Status.OK);
        command.settings = file -> {
            throw new UnusableFileException("gpudiag.yaml line 3: broken");
        };

        assertThat(command.run("check")).isEqualTo(ExitCodes.CONFIGURATION);
        assertThat(command.err()).isEqualTo("gpudiag: gpudiag.yaml line 3: broken\n");
        assertThat(command.run("check", "--simulate", "gpu-lost")).isZero();
    }

    @Test
    void oneGpuIsShownByIndexUuidOrAddress() throws IOException {
        CommandRun command = new CommandRun(
                node,
                FakeChecks.always(
                        "ecc",
                        Finding.of(Status.CRITICAL, Subject.gpu(Nodes.gpu(0)), "2 uncorrected"),
                        Finding.of(Status.OK, Subject.gpu(Nodes.gpu(1)), "0 uncorrected")),
                FakeChecks.always("devices", Finding.of(Status.CRITICAL, Subject.gpu(Nodes.gpu(0)), "lost")));

        for (String name : List.of(
                "1",
                "GPU-00000001",
                "gpu-00000001-1111-2222-3333-444455556666",
                "0000:11:00.0",
                "11:00.0",
                "00000000:11:00.0")) {
            assertThat(command.run("check", "--gpu", name, "--json")).as(name).isZero();
            JsonNode json = new ObjectMapper().readTree(command.out());
            assertThat(json.get("gpus")).hasSize(1);
            assertThat(json.at("/checks/1/status").asText()).isEqualTo("SKIPPED");
        }
        assertThat(command.run("check", "--gpu", "0")).isEqualTo(2);
    }

    @Test
    void aGpuThatIsNotThereIsWrongUsage() {
        CommandRun command = run(Status.OK);

        for (String name : List.of("7", "GPU-", "GPU-0", "99:00.0", "", "x", ":", "::::")) {
            assertThat(command.run("check", "--gpu=" + name)).as(name).isEqualTo(ExitCodes.USAGE);
            assertThat(command.err()).contains("--gpu: no GPU").contains("there are: 0 (0000:10:00.0)");
        }
    }

    @Test
    void aBrokenDriverCountsMoreThanAGpuThatCannotBeFound() {
        FakeNode broken =
                new FakeNode(new NodeSample(Nodes.NOON, SampleSource.live(), Nodes.unusableDriver(), List.of()));
        Finding finding = Finding.of(Status.CRITICAL, Subject.node(), "driver not loaded");

        assertThat(new CommandRun(broken, FakeChecks.always("driver", finding)).run("check", "--gpu", "3"))
                .isEqualTo(2);
    }

    @Test
    void strictTakesLackOfRightsForUnknown() {
        Finding finding = Finding.builder(Status.SKIPPED, Subject.node(), "cannot be read")
                .proof("/dev/kmsg", "no permission")
                .build();
        CommandRun command = new CommandRun(
                node,
                FakeChecks.always("xid", finding),
                FakeChecks.always("mig", Finding.of(Status.SKIPPED, Subject.node(), "MIG is off")));

        assertThat(command.run("check")).isZero();
        assertThat(command.run("check", "--strict")).isEqualTo(3);
        assertThat(command.out()).contains("1 unknown, 1 skipped");
    }

    @Test
    void theSampleGetsWhatIsLeftOfTheTimeout() {
        CommandRun command = run(Status.OK);
        command.run("check");
        command.run("check", "--timeout", "500ms");
        command.environment.put("GPUDIAG_DEADLINE_NANOS", "4000000000");
        command.run("check", "--timeout", "5s");
        command.environment.put("GPUDIAG_DEADLINE_NANOS", "1");
        command.run("check", "--timeout", "5s");

        assertThat(node.timeouts)
                .containsExactly(
                        Duration.ofSeconds(10), Duration.ofMillis(500), Duration.ofSeconds(4), Duration.ofSeconds(1));
    }

    @Test
    void oneLineForNodeProblemDetector() {
        CommandRun command = run(Status.CRITICAL);
        command.run("check", "--exit-style", "npd");
        assertThat(command.out()).isEqualTo("CRITICAL check-0: seen\n");
    }

    @Test
    void colourOnlyOnATerminalThatWantsIt() {
        CommandRun command = run(Status.OK);
        command.colour = true;
        command.run("check");
        assertThat(command.out()).contains("\u001b[");
        command.run("check", "--no-color");
        assertThat(command.out()).doesNotContain("\u001b[");
        command.run("check", "--json");
        assertThat(command.out()).doesNotContain("\u001b[");
    }

    @Test
    void aCheckThatThrowsIsUnknownAndTheOthersRun() {
        CommandRun command = new CommandRun(
                node,
                FakeChecks.check("bad", List.of(), evidence -> {
                    throw new IllegalStateException("boom");
                }),
                FakeChecks.always("good", Finding.of(Status.OK, Subject.node(), "fine")));

        assertThat(command.run("check")).isEqualTo(3);
        assertThat(command.out()).contains("boom").containsPattern("OK +good");
    }

    private CommandRun run(Status... statuses) {
        var checks = new dev.gpudiag.checks.Check[statuses.length];
        for (int i = 0; i < statuses.length; i++) {
            checks[i] = FakeChecks.always("check-" + i, Finding.of(statuses[i], Subject.node(), "seen"));
        }
        return new CommandRun(node, checks);
    }
}
