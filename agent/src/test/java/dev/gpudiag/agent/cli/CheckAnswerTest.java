package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** For whom {@code gpudiag check} answers, and how. */
class CheckAnswerTest {

    private static final String ESCAPE = "\u001b";

    private final FakeNode node = new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0)));

    @ParameterizedTest
    @CsvSource({
        "OK, unknown, 0",
        "UNKNOWN, unknown, 3",
        "UNKNOWN, warning, 0",
        "WARNING, unknown, 1",
        "WARNING, warning, 1",
        "WARNING, critical, 0",
        "CRITICAL, critical, 2",
    })
    void whatIsLessThanTheCallerMindsDoesNotFail(Status status, String failOn, int exitCode) {
        CommandRun command = run(status);

        assertThat(command.run("check", "--fail-on", failOn)).isEqualTo(exitCode);
        assertThat(command.out()).contains(status.name());
        assertThat(command.run("check", "--fail-on=" + failOn, "--exit-style=zero"))
                .isZero();
    }

    @Test
    void theDocumentSaysTheExitCodeThatIsGiven() throws IOException {
        CommandRun command = run(Status.WARNING);

        assertThat(command.run("check", "--format", "json", "--fail-on", "critical"))
                .isZero();
        JsonNode document = new ObjectMapper().readTree(command.out());
        assertThat(document.path("exit_code").asInt()).isZero();
        assertThat(document.path("verdict").asText()).isEqualTo("WARNING");
    }

    @ParameterizedTest
    @CsvSource({
        "OK, 0",
        "INFO, 0",
        "WARNING, 1",
        "CRITICAL, 1",
        "UNKNOWN, 2",
    })
    void nodeProblemDetectorGetsOneShortLineAndItsOwnCodes(Status status, int exitCode) {
        CommandRun command = run(status);

        assertThat(command.run("check", "--format", "npd")).isEqualTo(exitCode);
        assertThat(command.out().lines()).hasSize(1).allMatch(line -> line.length() <= 80);
        String line = command.out();
        assertThat(command.run("check", "--exit-style", "npd")).isEqualTo(exitCode);
        assertThat(command.out()).isEqualTo(line);
    }

    @ParameterizedTest
    @CsvSource({"text, 10", "json, 10", "nagios, 10", "npd, 4"})
    void nodeProblemDetectorDoesNotWaitTenSeconds(String format, int seconds) {
        CommandRun command = run(Status.OK);

        command.run("check", "--format", format);
        command.run("check", "--format", format, "--timeout", "7s");
        assertThat(node.timeouts).containsExactly(Duration.ofSeconds(seconds), Duration.ofSeconds(7));
    }

    @Test
    void quietSaysNothingOfWhatIsWellAndOneLineOfEachProblem() {
        CommandRun command = run(Status.OK, Status.INFO);
        assertThat(command.run("check", "-q")).isZero();
        assertThat(command.out()).isEmpty();

        command = run(Status.OK, Status.UNKNOWN, Status.CRITICAL, Status.WARNING);
        assertThat(command.run("check", "--quiet")).isEqualTo(2);
        assertThat(command.out())
                .isEqualTo("CRITICAL check-2: seen 2\nWARNING check-3: seen 3\nUNKNOWN check-1: seen 1\n");
    }

    @Test
    void colourIsWhatTheFlagSaysAndElseWhatTheTerminalIs() {
        CommandRun command = run(Status.WARNING);
        command.run("check", "--color=always");
        assertThat(command.out()).contains(ESCAPE);
        command.run("check");
        assertThat(command.out()).doesNotContain(ESCAPE);

        command.colour = true;
        command.run("check");
        assertThat(command.out()).contains(ESCAPE + "[1;33mWARNING" + ESCAPE + "[0m");
        command.run("check", "--color", "never");
        assertThat(command.out()).doesNotContain(ESCAPE).contains("WARNING");
        command.run("check", "--no-color");
        assertThat(command.out()).doesNotContain(ESCAPE);
        for (String format : List.of("json", "ndjson", "nagios", "npd")) {
            command.run("check", "--color=always", "--format", format);
            assertThat(command.out()).doesNotContain(ESCAPE);
        }
    }

    @Test
    void theWidthIsTheFlagsElseTheTerminalsAndAPipeHasAHundred() {
        Check wordy = FakeChecks.always(
                "wordy", Finding.of(Status.WARNING, Subject.node(), "what was seen takes many words ".repeat(20)));
        CommandRun command = new CommandRun(node, wordy);
        command.run("check");
        assertThat(widest(command)).isBetween(90, 100);
        command.run("check", "--width", "60");
        assertThat(widest(command)).isBetween(50, 60);
        command.environment.put("GPUDIAG_COLUMNS", "80");
        command.run("check");
        assertThat(widest(command)).isBetween(70, 80);
        command.environment.put("GPUDIAG_COLUMNS", "237");
        command.run("check");
        assertThat(widest(command)).isBetween(90, 100);
        command.run("check", "--width=237");
        assertThat(widest(command)).isBetween(220, 237);
    }

    @Test
    void lettersAreShownWhereTheLocaleHasThemAndEscapedElsewhere() {
        String hostile = "Gr\u00f6\u00dfe 51 \u00b0C \u2264 60 \u202e \u001b[2J \u4e2d e\u0301";
        CommandRun command =
                new CommandRun(node, FakeChecks.always("letters", Finding.of(Status.WARNING, Subject.node(), hostile)));
        command.run("check");
        assertThat(command.out()).contains("Gr\\u00f6\\u00dfe 51 C <= 60 \\u202e \\u001b[2J \\u4e2d e\\u0301");

        command.environment.put("GPUDIAG_UTF8", "1");
        command.run("check");
        assertThat(command.out()).contains("Gr\u00f6\u00dfe 51 \u00b0C \u2264 60 \\u202e \\u001b[2J \\u4e2d e\\u0301");
        command.run("check", "--ascii");
        assertThat(command.out()).contains("Gr\\u00f6\\u00dfe");
        command.run("check", "--json");
        assertThat(command.out().replace("\n", "")).matches("[ -~]*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "check --format xml",
                "check --format nagios --json",
                "check --width 39",
                "check --width 401",
                "check --width wide",
                "check --color sometimes",
                "check --fail-on ok",
                "check -q -v",
                "check --only chek-0",
            })
    void wrongFlagsAreToldBeforeAnythingIsSampled(String arguments) {
        CommandRun command = run(Status.OK);

        assertThat(command.run(arguments.split(" "))).isEqualTo(ExitCodes.USAGE);
        assertThat(command.out()).isEmpty();
        assertThat(command.err()).startsWith("gpudiag: ").doesNotContain("Exception");
        assertThat(node.opened).isEmpty();
    }

    @Test
    void waitingIsToldOnATerminalOnly() {
        CommandRun command = run(Status.OK);
        command.run("check");
        assertThat(command.err()).isEmpty();
    }

    @Test
    void rightsThatLackAreCountedAndUnknownWhenTheCallerIsStrict() {
        Check well = FakeChecks.always("well", Finding.of(Status.OK, Subject.node(), "fine"));
        Check log = FakeChecks.always(
                "log", Finding.of(Status.SKIPPED, Subject.node(), "kernel log: no permission: /dev/kmsg"));
        Check part = FakeChecks.always(
                "part",
                Finding.of(Status.OK, Subject.node(), "half of it"),
                Finding.builder(Status.SKIPPED, Subject.node(), "the other half")
                        .proof("/proc/1/environ", "no permission")
                        .build());
        CommandRun command = new CommandRun(node, well, log, part);

        assertThat(command.run("check")).isZero();
        assertThat(command.out()).endsWith("OK: 2 ok, 1 skipped - 2 of 3 checks ran, 1 lacks rights (0.00 s)\n");
        assertThat(command.run("check", "--strict")).isEqualTo(3);
        assertThat(command.out())
                .contains("UNKNOWN   log  kernel log: no permission: /dev/kmsg")
                .contains("UNKNOWN   part  the other half");
    }

    private static int widest(CommandRun command) {
        return command.out().lines().mapToInt(String::length).max().orElse(0);
    }

    private CommandRun run(Status... statuses) {
        Check[] checks = new Check[statuses.length];
        for (int i = 0; i < statuses.length; i++) {
            checks[i] = FakeChecks.always("check-" + i, Finding.of(statuses[i], Subject.node(), "seen " + i));
        }
        return new CommandRun(node, checks);
    }
}
