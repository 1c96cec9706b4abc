package dev.gpudiag.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.resource.MapSchemaLoader;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** NDJSON, Nagios and node-problem-detector against the schemas that ship with the product. */
class OutputSchemasTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchema LINE = schema("check-line.schema.json");
    private static final JsonSchema NAGIOS = schema("check-nagios.schema.json");
    private static final JsonSchema NPD = schema("check-npd.schema.json");

    static List<Report> reports() {
        return List.of(
                Reports.healthy(), Reports.lostGpu(), Reports.hotGpus(), Reports.withoutDriver(), hostile(), many());
    }

    @ParameterizedTest
    @MethodSource("reports")
    void everyLineOfAStreamFollowsItsSchema(Report report) throws IOException {
        List<String> lines =
                JsonLines.of(report, Reports.context(report)).lines().toList();

        assertThat(lines).hasSize(report.results().size() + 1);
        for (String line : lines) {
            assertThat(LINE.validate(JSON.readTree(line))).as(line).isEmpty();
        }
        JsonNode last = JSON.readTree(lines.getLast());
        assertThat(last.path("type").asText()).isEqualTo("verdict");
        assertThat(last.path("verdict").asText()).isEqualTo(report.verdict().name());
    }

    @Test
    void theSchemaOfALineRejectsWhatIsNotOne() throws IOException {
        String lines = JsonLines.of(Reports.lostGpu(), Reports.context(Reports.lostGpu()));
        ObjectNode check = (ObjectNode) JSON.readTree(lines.lines().findFirst().orElseThrow());

        assertThat(LINE.validate(check.deepCopy().put("status", "Critical"))).isNotEmpty();
        assertThat(LINE.validate(check.deepCopy().put("verdict", "OK"))).isNotEmpty();
        assertThat(LINE.validate(check.deepCopy().put("type", "verdict"))).isNotEmpty();
        ObjectNode withoutVersion = check.deepCopy();
        withoutVersion.remove("schema_version");
        assertThat(LINE.validate(withoutVersion)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("reports")
    void nagiosAndNodeProblemDetectorGetWhatTheirSchemasSay(Report report) {
        assertThat(errors(NAGIOS, NagiosText.of(report, Reports.context(report))))
                .isEmpty();
        assertThat(errors(NPD, TextReport.oneLine(report) + "\n")).isEmpty();
    }

    /** As the launcher writes them where nothing else answers. */
    @Test
    void theLaunchersLastWordsFollowTheSchemasToo() {
        assertThat(errors(NAGIOS, "UNKNOWN - no answer within 10.7 s: its process was stopped\n"))
                .isEmpty();
        assertThat(errors(NPD, "UNKNOWN: no answer within 4.7 s: its process was stopped\n"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SKIPPED - 0 of 3 checks ran\n",
                "CRITICAL: no dash\n",
                "OK - text | not=performance\n",
                "OK - escape \u001b[2J\n",
                "OK - no end",
            })
    void theSchemaOfNagiosRejectsWhatNagiosWouldMisread(String output) {
        assertThat(errors(NAGIOS, output)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fine\n", "OK: two\nlines\n", "OK: no end"})
    void theSchemaOfNodeProblemDetectorRejectsWhatItWouldCut(String output) {
        assertThat(errors(NPD, output)).isNotEmpty();
        assertThat(errors(NPD, "OK: " + "x".repeat(80) + "\n")).isNotEmpty();
    }

    @Test
    void nagiosReadsTheVerdictFirstAndEveryProblemAfterIt() {
        String output = NagiosText.of(Reports.lostGpu(), Reports.context(Reports.lostGpu()));

        assertThat(output)
                .isEqualTo("CRITICAL - devices: gpu 3: fallen off the bus | checks_run=4;;;0;4 critical=1;;;0 "
                        + "warning=0;;;0 unknown=2;;;0 gpus=4;;;0 time=0.310s;;;0\n"
                        + "CRITICAL devices: gpu 3: fallen off the bus\n");
    }

    private static Report hostile() {
        Finding finding = Finding.of(Status.CRITICAL, Subject.node(), "a | b=1;2 \u001b[2J\nOK - " + "x".repeat(5000));
        return new Report(
                Nodes.node(SampleSource.live()),
                List.of(Reports.result("devices", finding), Reports.skipped("ecc", "\nOK")));
    }

    private static Report many() {
        return new Report(
                Nodes.node(SampleSource.live()),
                IntStream.range(0, 60)
                        .mapToObj(i -> Reports.result(
                                "check-" + i, Finding.of(Status.WARNING, Subject.node(), "s".repeat(200))))
                        .toList());
    }

    private static Set<ValidationMessage> errors(JsonSchema schema, String output) {
        return schema.validate(TextNode.valueOf(output));
    }

    private static JsonSchema schema(String name) {
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(
                SpecVersion.VersionFlag.V202012,
                builder -> builder.schemaLoaders(loaders ->
                        loaders.add(new MapSchemaLoader(Map.of("urn:gpudiag:check:1", text("check.schema.json"))))));
        return factory.getSchema(text(name));
    }

    private static String text(String name) {
        try (InputStream schema = JsonReport.class.getResourceAsStream(name)) {
            return new String(schema.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
