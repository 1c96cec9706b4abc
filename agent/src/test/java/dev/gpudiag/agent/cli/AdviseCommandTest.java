package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.SampleSource;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdviseCommandTest {

    private final CommandRun command =
            new CommandRun(new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0))), FakeChecks.heat());

    @Test
    void watchedTooShortIsNotKnown() throws Exception {
        assertThat(command.run("advise", "--json", "--for", "1s", "--every", "500ms"))
                .isEqualTo(3);
        assertThat(new ObjectMapper()
                        .readTree(command.out())
                        .at("/gpus/0/advice/0/kind")
                        .asText())
                .isEqualTo("not_known");
        assertThat(command.err()).isEmpty();
    }

    @Test
    void theTextSaysWhatIsMissing() {
        assertThat(command.run("advise", "--for", "1s", "--every", "1s")).isEqualTo(3);
        assertThat(command.out()).isEqualTo("""
                GPU 0: NVIDIA H100 80GB HBM3
                  not known      seen for 0 s only, 15 m are needed
                """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "advise | say --for 30m",
                "advise --for x | is not a duration",
                "advise --for 9d | outside 1s to 1d",
                "advise --for 1h --every 10m | outside 100ms to 5m",
                "advise --for 1h --replay pom.xml | does not change",
            })
    void wrongUsageIsOneMessage(String arguments, String message) {
        assertThat(command.run(arguments.split(" "))).isEqualTo(ExitCodes.USAGE);
        assertThat(command.err()).contains(message);
    }

    @Test
    void anObservationSamplesFromTheFirstMomentToTheLastAndShowsHowFarItIs() throws Exception {
        List<Duration> pauses = new ArrayList<>();
        List<NodeSample> samples = new ArrayList<>();
        ByteArrayOutputStream terminal = new ByteArrayOutputStream();
        Observation observation = new Observation(
                Duration.ofMinutes(1),
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                pauses::add,
                Observation.Progress.bar(new PrintStream(terminal, true, UTF_8)));
        observation.run(new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0))), samples::add);
        assertThat(samples).hasSize(4);
        assertThat(pauses).containsOnly(Duration.ofSeconds(20)).hasSize(3);
        assertThat(terminal.toString(UTF_8))
                .contains("\r[##########....................]  33 %, 40 s left ")
                .endsWith(" \r");
    }
}
