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
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
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
