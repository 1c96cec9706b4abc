package dev.gpudiag.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.SampleSource;
import dev.gpudiag.telemetry.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JsonReportTest {

    @Test
    void everyReportFollowsTheSchema() throws IOException {
        for (Report report :
                List.of(Reports.healthy(), Reports.lostGpu(), Reports.hotGpus(), Reports.withoutDriver())) {
            assertThat(errors(json(report))).isEmpty();
        }
    }

    @Test
    void theSchemaRejectsWhatTheContractForbids() throws IOException {
        assertThat(errors(json(Reports.healthy()).put("verdict", "ok"))).isNotEmpty();
        assertThat(errors(json(Reports.healthy()).put("unknown_key", 1))).isNotEmpty();
        ObjectNode withoutReason = json(Reports.healthy());
        ((ObjectNode) withoutReason.get("gpus").get(0)).remove("ecc_volatile_corrected_reason");
        assertThat(errors(withoutReason)).isNotEmpty();
        ObjectNode unitInString = json(Reports.healthy());
        ((ObjectNode) unitInString.get("gpus").get(0)).put("power_usage_watts", "612 W");
        assertThat(errors(unitInString)).isNotEmpty();
    }

    @Test
    void aReportReadsAsTheContractSays() throws IOException {
        Report report = Reports.lostGpu();
        Screens.assertSame("gpu-lost.json", JsonText.of(JsonReport.of(report, Reports.context(report))) + "\n");
    }

    @Test
    void whatIsMissingIsNullWithTheReasonBesideIt() {
        JsonNode gpu = json(Reports.healthy()).get("gpus").get(0);

        assertThat(gpu.get("memory_total_bytes").longValue()).isEqualTo(85520809984L);
        assertThat(gpu.has("memory_total_bytes_reason")).isFalse();
        assertThat(gpu.get("ecc_volatile_corrected").isNull()).isTrue();
        assertThat(gpu.get("ecc_volatile_corrected_reason").asText()).isEqualTo("not supported (3)");
    }

    @Test
    void aFigureThatIsNoNumberBecomesNull() throws IOException {
        Finding finding = Finding.builder(Status.OK, Subject.node(), "seen")
                .measured("growth", Double.NaN, "bytes")
                .build();
        ObjectNode json = json(new Report(Nodes.node(SampleSource.live()), List.of(Reports.result("memory", finding))));

        assertThat(json.at("/checks/0/findings/0/measurements/0/value").isNull())
                .isTrue();
        assertThat(errors(json)).isEmpty();
    }

    @Test
    void textIsPrintableAsciiWhateverTheNamesHold() throws IOException {
        Finding finding = Finding.of(Status.OK, Subject.node(), "\u001b[2J \u202e \u00b0C\n");
        Report report = new Report(Nodes.node(SampleSource.live()), List.of(Reports.result("devices", finding)));
        String text = JsonText.of(JsonReport.of(report, Reports.context(report)));

        assertThat(text.replace("\n", "")).matches("[\\x20-\\x7e]*");
        assertThat(new ObjectMapper()
                        .readTree(text)
                        .at("/checks/0/findings/0/seen")
                        .asText())
                .isEqualTo("\u001b[2J \u202e \u00b0C\n");
    }

    @Test
    void aWorkloadIsTheSubjectWithEveryNameThatIsKnownOfIt() throws IOException {
        Workload pod = new Workload(
                Workload.Kind.KUBERNETES_POD,
                "default/trainer-0 (main)",
                Optional.of("default"),
                Optional.of("trainer-0"),
                Optional.empty(),
                Optional.of("main"),
                Optional.of("a".repeat(64)),
                Optional.of("containerd"));
        Report report = new Report(
                Nodes.node(SampleSource.live()),
                List.of(
                        Reports.result("cuda-compat", Finding.of(Status.WARNING, Subject.workload(pod), "seen")),
                        Reports.result("xid", Finding.of(Status.WARNING, Subject.process(4711), "seen"))));
        ObjectNode json = json(report);

        assertThat(errors(json)).isEmpty();
        assertThat(json.at("/checks/0/findings/0/subject").toString())
                .isEqualTo(
                        "{\"kind\":\"WORKLOAD\",\"workload\":{\"kind\":\"KUBERNETES_POD\",\"name\":\"default/trainer-0 (main)\","
                                + "\"namespace\":\"default\",\"pod\":\"trainer-0\",\"container\":\"main\",\"container_id\":\""
                                + "a".repeat(64) + "\",\"runtime\":\"containerd\"}}");
        assertThat(json.at("/checks/1/findings/0/subject").toString()).isEqualTo("{\"kind\":\"PROCESS\",\"pid\":4711}");
        assertThat(TextReport.render(report, Reports.context(report), Palette.PLAIN))
                .contains("pod default/trainer-0 (main): seen")
                .contains("process pid 4711: seen");
    }

    private static ObjectNode json(Report report) {
        return JsonReport.of(report, Reports.context(report));
    }

    private static Set<ValidationMessage> errors(JsonNode json) throws IOException {
        try (InputStream schema = JsonReport.class.getResourceAsStream("check.schema.json")) {
            JsonSchema compiled = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(schema);
            return compiled.validate(json);
        }
    }
}
