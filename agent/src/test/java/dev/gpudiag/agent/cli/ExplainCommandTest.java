package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.checks.explain.TopicKind;
import dev.gpudiag.nvml.NvmlReturn;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ExplainCommandTest {

    private final CommandRun command = new CommandRun(
            new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0, 1))),
            CheckCatalog.all().toArray(Check[]::new));

    @Test
    void aTopicIsExplainedWithWhatToDoAndWhomToAsk() {
        assertThat(command.run("explain", "xid", "79")).isZero();
        assertThat(command.out()).isEqualTo("""
                        xid 79 (ROBUST_CHANNEL_GPU_HAS_FALLEN_OFF_THE_BUS)  CRITICAL
                          meaning  GPU no longer reachable over PCIe
                          usually  heat, power, riser, slot or a defective GPU; seldom the driver
                          do now   reboot (power-cycle) the host
                                   read the whole line and those around it: dmesg -T | grep -E 'NVRM|Xid'
                          escalate to L3, hardware vendor
                          source   NVIDIA Xid catalogue 2025-10-29
                        """);
    }

    @Test
    void aNumberWithSeveralMeaningsShowsEachAndHowToChoose() {
        assertThat(command.run("explain", "13")).isZero();
        assertThat(command.out())
                .startsWith("13 has 3 meanings; choose one by its first line\n")
                .contains("\nxid 13 (", "\nnvml 13 (", "\ncuda 13 (");
    }

    @Test
    void jsonIsOneDocument() throws IOException {
        assertThat(command.run("explain", "--json", "nvml", "15")).isZero();

        JsonNode json = new ObjectMapper().readTree(command.out());
        assertThat(json.get("schema_version").asInt()).isEqualTo(1);
        JsonNode only = json.get("explanations").get(0);
        assertThat(json.get("explanations")).hasSize(1);
        assertThat(only.get("kind").asText()).isEqualTo("nvml");
        assertThat(only.get("code").asText()).isEqualTo("15");
        assertThat(only.get("escalation").asText()).isEqualTo("L3");
        assertThat(only.get("severity").isNull()).isTrue();
        assertThat(only.get("severity_reason").asText()).isNotEmpty();
        assertThat(only.get("actions")).isNotEmpty();
    }

    @Test
    void withoutATopicTheKindsAreListedAndEachExampleIsOneOfThem() {
        assertThat(command.run("explain")).isZero();
        for (TopicKind kind : TopicKind.values()) {
            assertThat(command.out()).contains("gpudiag explain " + kind.example());
        }
        for (TopicKind kind : TopicKind.values()) {
            assertThat(command.run("explain", kind.example()))
                    .as(kind.example())
                    .isZero();
        }
    }

    @Test
    void theNamesAreThoseOfTheBindings() {
        for (int code = 0; code <= 30; code++) {
            assertThat(command.run("explain", NvmlReturn.of(code).name())).isZero();
            assertThat(command.out()).startsWith("nvml " + code + " (");
        }
    }

    @Test
    void anUnknownTopicIsOneMessageWithWhatWasProbablyMeant() {
        assertThat(command.run("explain", "cudaErorInsufficientDriver")).isEqualTo(64);
        assertThat(command.out()).isEmpty();
        assertThat(command.err()).contains("did you mean 'cudaerrorinsufficientdriver'?");

        assertThat(command.run("explain", "fallen off")).isEqualTo(64);
        assertThat(command.err()).contains("these speak of it: xid 79");

        assertThat(command.run("explain", "xid", "900")).isEqualTo(64);
        assertThat(command.err()).contains("newer than the tables").doesNotContain("did you mean");
    }

    @Test
    void aHostileTopicIsNotPrintedRaw() {
        assertThat(command.run("explain", "a\u001b[2J" + "x".repeat(10_000))).isEqualTo(64);
        assertThat(command.err())
                .contains("a\\u001b[2J")
                .doesNotContain("\u001b")
                .hasSizeLessThan(500);
    }
}
