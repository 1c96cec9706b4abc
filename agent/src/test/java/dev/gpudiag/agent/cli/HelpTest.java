package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.telemetry.SampleSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HelpTest {

    private static final int SCREEN = 48;

    private final CommandRun command = new CommandRun(new FakeNode(Nodes.node(SampleSource.live())), FakeChecks.heat());

    @Test
    void theHelpOfEveryCommandFitsAScreenAndHasAnExample() {
        command.run("--help");
        List<String> names = command.out()
                .lines()
                .dropWhile(line -> !line.startsWith("Commands:"))
                .skip(1)
                .filter(line -> line.matches("  [a-z].*"))
                .map(line -> line.strip().split(" ", 2)[0])
                .toList();
        assertThat(names).contains("check", "top", "baseline", "completion").doesNotContain("man-pages");
        for (String name : names) {
            assertThat(command.run(name, "--help")).isZero();
            assertThat(command.out().lines().count())
                    .as("lines of %s --help", name)
                    .isLessThanOrEqualTo(SCREEN);
            assertThat(command.out()).as(name).contains("xample");
            assertThat(command.out().lines()).as(name).allMatch(line -> line.length() <= 100);
        }
    }

    @Test
    void aMisspeltCommandIsSuggestedForEveryCommand() {
        for (String wrong : Stream.of("chekc", "tpo", "expalin", "snapshto", "completoin", "baselin")
                .toList()) {
            assertThat(command.run(wrong)).isEqualTo(ExitCodes.USAGE);
            assertThat(command.err()).contains("did you mean '");
        }
    }
}
