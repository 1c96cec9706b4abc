package dev.gpudiag.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymbolManifestTest {
    @Test
    void everySymbolHasItsNativeMethodAndTheOtherWayRound() {
        List<String> natives = Arrays.stream(Natives.class.getDeclaredMethods())
                .filter(method -> Modifier.isNative(method.getModifiers()))
                .map(Method::getName)
                .toList();

        assertThat(natives)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Symbol.values()).map(Symbol::name).toList());
    }

    @Test
    void parametersAreAsWideAsInTheHeader() throws IOException {
        JsonNode study = study();
        for (Method method : Natives.class.getDeclaredMethods()) {
            List<Class<?>> expected = new ArrayList<>();
            for (JsonNode parameter :
                    study.path("functions").path(method.getName()).path("params")) {
                expected.add(width(study, parameter.path("type").asText()));
            }
            assertThat(method.getParameterTypes()).as(method.getName()).containsExactlyElementsOf(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"470", "535"})
    void theRealLibraryBindsWhatItExportsAndMissesTheRest(String branch) throws Exception {
        Set<String> exports = new HashSet<>();
        study().path("real_libraries").path("R" + branch).path("exports").forEach(name -> exports.add(name.asText()));
        assertThat(exports).hasSizeGreaterThan(200);

        try (Nvml nvml = Nvml.open(RealLibraries.library(branch))) {
            for (Symbol symbol : Symbol.values()) {
                String newest = symbol.names().stream()
                        .filter(exports::contains)
                        .findFirst()
                        .orElse(null);
                assertThat(nvml.boundSymbols().get(symbol.name()))
                        .as(symbol.name())
                        .isEqualTo(newest);
                assertThat(nvml.missingSymbols().contains(symbol.name())).isEqualTo(newest == null);
            }
        }
    }

    @Test
    void r470FallsBackToOlderNames() throws Exception {
        try (Nvml nvml = Nvml.open(RealLibraries.library("470"))) {
            assertThat(nvml.boundSymbols())
                    .containsEntry("nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetComputeRunningProcesses_v2")
                    .containsEntry(
                            "nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons");
            assertThat(nvml.missingSymbols()).contains("nvmlDeviceGetMemoryInfo_v2", "nvmlDeviceGetRepairStatus");
        }
    }

    private static JsonNode study() throws IOException {
        Path abi = Path.of(System.getProperty("gpudiag.shared"), "nvml", "nvml-abi.json");
        assumeTrue(Files.exists(abi), "no ../shared/nvml: the manifest is not compared with real exports");
        return new ObjectMapper().readTree(abi.toFile());
    }

    private static Class<?> width(JsonNode study, String type) {
        boolean eightBytes = type.contains("*")
                || type.equals("unsigned long long")
                || study.path("typedefs").path(type).path("type").asText().endsWith("*");
        return eightBytes ? long.class : int.class;
    }
}
