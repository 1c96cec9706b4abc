package dev.gpudiag.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The product on every bundled scenario: hangs and lost GPUs through real library calls. */
class ScenariosIT {

    private static final Path PRODUCT = Path.of(System.getProperty("gpudiag.product"));
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern EXPECT = Pattern.compile("(?m)^expect\\s*=\\s*(\\w+)");
    private static final Map<String, Integer> EXIT_CODES =
            Map.of("OK", 0, "INFO", 0, "WARNING", 1, "CRITICAL", 2, "UNKNOWN", 3);

    @TempDir
    private Path folder;

    static List<Path> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(PRODUCT.resolve("simulator/scenarios"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void aScenarioGivesItsVerdictInTheDocumentedJson(Path scenario) throws Exception {
        String name = String.valueOf(scenario.getFileName()).replace(".scenario", "");
        Matcher expect = EXPECT.matcher(Files.readString(scenario));
        assertThat(expect.find()).isTrue();

        Run run = gpudiag("check", "--json", "--simulate", name);

        assertThat(run.err()).isEmpty();
        JsonNode report = JSON.readTree(run.out());
        assertThat(schema().validate(report)).isEmpty();
        assertThat(report.path("verdict").asText()).describedAs(run.out()).isEqualTo(expect.group(1));
        assertThat(run.code())
                .isEqualTo(EXIT_CODES.get(expect.group(1)))
                .isEqualTo(report.path("exit_code").asInt());
        assertThat(report.path("source").asText()).isEqualToIgnoringCase("simulated");
        assertThat(run.took().toSeconds()).isLessThan(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"healthy-h100x8", "mig-a100", "gpu-lost", "driver-not-loaded"})
    void aSnapshotGivesTheSameVerdictsWhenItIsReplayed(String scenario) throws Exception {
        Run snapshot = gpudiag("snapshot", "--simulate", scenario);
        assertThat(snapshot.code()).isZero();
        Path file = Files.writeString(folder.resolve("node.json"), snapshot.out());

        JsonNode live = JSON.readTree(gpudiag(
                        "check",
                        "--json",
                        "--simulate",
                        scenario,
                        "--skip",
                        "utilization",
                        "--skip",
                        "memory",
                        "--skip",
                        "xid",
                        "--skip",
                        "baseline")
                .out());
        JsonNode replayed = JSON.readTree(gpudiag(
                        "check",
                        "--json",
                        "--replay",
                        file.toString(),
                        "--skip",
                        "utilization",
                        "--skip",
                        "memory",
                        "--skip",
                        "xid",
                        "--skip",
                        "baseline")
                .out());

        assertThat(schema().validate(replayed)).isEmpty();
        assertThat(statuses(replayed)).isEqualTo(statuses(live));
        assertThat(replayed.path("gpus")).hasSameSizeAs(live.path("gpus"));
    }

    @Test
    void aLostGpuIsNamedFromTheBaseline() throws Exception {
        JsonNode report = JSON.readTree(
                gpudiag("check", "xid", "--json", "--simulate", "gpu-lost").out());

        JsonNode board = report.at("/checks/0/findings/0/board");
        assertThat(board.path("serial").asText()).isEqualTo("1654423001503");
        assertThat(board.path("physical_slot").asText()).isEqualTo("4");
        assertThat(board.path("from").asText()).startsWith("baseline of ");
    }

    @Test
    void aBrokenScenarioIsOneMessageWithItsLine() throws Exception {
        Path broken = Files.writeString(
                folder.resolve("broken.scenario"), "[scenario]\ntitle = x\n[gpu 0]\nuuid = GPU-1\nnonsense = 1\n");

        Run run = gpudiag("check", "--simulate", broken.toString());

        assertThat(run.code()).isEqualTo(78);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("broken.scenario:5").doesNotContain("\tat ");
        assertThat(run.err().lines()).hasSizeLessThan(3);
    }

    private static Map<String, String> statuses(JsonNode report) {
        Map<String, String> statuses = new java.util.TreeMap<>();
        report.path("checks")
                .forEach(check -> statuses.put(
                        check.path("id").asText(), check.path("status").asText()));
        return statuses;
    }

    private static JsonSchema schema() throws IOException {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Files.readString(PRODUCT.resolve("share/check.schema.json")));
    }

    private Run gpudiag(String... arguments) throws IOException, InterruptedException {
        List<String> command = Stream.concat(
                        Stream.of(PRODUCT.resolve("bin/gpudiag").toString()), Stream.of(arguments))
                .toList();
        return Run.of(folder, Map.of(), command);
    }
}
