package dev.gpudiag.nvml.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the simulator's build gives: three libraries and the scenarios. */
class SimulatedDriverBuildTest {

    private static final Path SHARED = Path.of(System.getProperty("gpudiag.shared", "../../shared"));
    private static final Path SOURCES =
            Path.of(System.getProperty("gpudiag.root", ".."), "nvml-bindings/src/simulator");
    private static final Pattern FUNCTION = Pattern.compile("^[A-Z]+\\((nvml\\w+)", Pattern.MULTILINE);

    @ParameterizedTest
    @ValueSource(strings = {"470", "535"})
    void anOlderLibraryExportsWhatTheRealOneOfThatGenerationExportsAndNothingElse(String generation)
            throws IOException {
        Set<String> real = realExports(generation);
        SimulatedLibrary library = SimulatedLibrary.load(generation);
        Set<String> exported = functions().stream().filter(library::exports).collect(Collectors.toSet());
        Set<String> expected = functions().stream().filter(real::contains).collect(Collectors.toSet());
        assertThat(exported).isEqualTo(expected).hasSizeGreaterThan(200);
    }

    @Test
    void theFullLibraryExportsEveryFunctionOfTheTable() throws IOException {
        SimulatedLibrary library = SimulatedLibrary.load(".");
        assertThat(functions()).hasSizeGreaterThan(300).allMatch(library::exports);
    }

    @Test
    void theFullLibraryExportsEveryCoreFunction() throws IOException {
        Path core = SHARED.resolve("nvml/nvml-abi-core.md");
        assumeTrue(Files.exists(core), "no shared/nvml here");
        List<String> named = Pattern.compile("^\\| (nvml\\w+) \\|", Pattern.MULTILINE)
                .matcher(Files.readString(core))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(named).hasSizeGreaterThan(100).allMatch(SimulatedLibrary.load(".")::exports);
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyBundledScenarioIsRead(Path scenario) {
        SimulatedLibrary library = SimulatedLibrary.load(".");
        assertThat(library.open(scenario)).as(library.error()).isZero();
    }

    @Test
    void everyBundledScenarioNamesItsVerdict() throws IOException {
        try (Stream<Path> files = scenarios()) {
            assertThat(files.toList())
                    .hasSizeGreaterThanOrEqualTo(17)
                    .allSatisfy(file -> assertThat(Files.readString(file))
                            .containsPattern("expect +=" + " (OK|INFO|WARNING|CRITICAL)"));
        }
    }

    static Stream<Path> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(SimulatedLibrary.BUILD.resolve("scenarios"))) {
            return files.sorted().toList().stream();
        }
    }

    private static Set<String> functions() throws IOException {
        return FUNCTION.matcher(Files.readString(SOURCES.resolve("functions.def")))
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> realExports(String generation) throws IOException {
        Path figures = SHARED.resolve("nvml/nvml-abi.json");
        assumeTrue(Files.exists(figures), "no shared/nvml here");
        JsonNode exports = new ObjectMapper()
                .readTree(figures.toFile())
                .path("real_libraries")
                .path("R" + generation)
                .path("exports");
        return exports.valueStream().map(JsonNode::asText).collect(Collectors.toSet());
    }
}
