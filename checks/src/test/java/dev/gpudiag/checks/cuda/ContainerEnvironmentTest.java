package dev.gpudiag.checks.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.cuda.ContainerEnvironment.Asked;
import dev.gpudiag.telemetry.Version;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerEnvironmentTest {

    private static ContainerEnvironment of(String... pairs) {
        Map<String, String> variables = new java.util.HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            variables.put(pairs[i], pairs[i + 1]);
        }
        return new ContainerEnvironment(variables);
    }

    @Test
    void everyRequirementCountsButJetpacks() {
        ContainerEnvironment environment = of(
                "NVIDIA_REQUIRE_CUDA", "cuda>=12.4",
                "NVIDIA_REQUIRE_ARCH", "arch>=8.0",
                "NVIDIA_REQUIRE_JETPACK", "csv-mounts=all",
                "NVIDIA_REQUIRE_JETPACK_HOST_MOUNTS", "x",
                "CUDA_VERSION", "12.4.1");
        assertThat(environment.asked())
                .containsExactly(
                        new Asked("NVIDIA_REQUIRE_ARCH", "arch>=8.0"), new Asked("NVIDIA_REQUIRE_CUDA", "cuda>=12.4"));
    }

    @Test
    void oldImageAsksForADriverOfItsCuda() {
        assertThat(of("CUDA_VERSION", "12.4.1").asked())
                .containsExactly(new Asked("CUDA_VERSION=12.4.1", "cuda>=12.4"));
        assertThat(of("CUDA_VERSION", "8.0.61").asked()).containsExactly(new Asked("CUDA_VERSION=8.0.61", "cuda>=8.0"));
        assertThat(of("CUDA_VERSION", "garbage").asked()).isEmpty();
        assertThat(of("PATH", "/bin").asked()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "1,true",
        "t,true",
        "TRUE,true",
        "True,true",
        "true,true",
        "yes,false",
        "0,false",
        "'',false",
        "tRue,false"
    })
    void disablingIsReadAsGoReadsATruth(String value, boolean disabled) {
        assertThat(of("NVIDIA_DISABLE_REQUIRE", value).requirementsDisabled()).isEqualTo(disabled);
    }

    @ParameterizedTest
    @CsvSource({
        "utility, true",
        "'graphics,utility', true",
        "compute, false",
        "'utility, compute', false",
        "all, false",
        "'', false",
    })
    void capabilitiesLeaveComputeOutOnlyWhereTheySaySo(String value, boolean without) {
        assertThat(of("NVIDIA_DRIVER_CAPABILITIES", value)
                        .capabilitiesWithoutCompute()
                        .isPresent())
                .isEqualTo(without);
        assertThat(of().capabilitiesWithoutCompute()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "12.4.1, 12.4.1",
        "12.4.127-1, 12.4",
        "cu124, 12.4",
        "cu118, 11.8",
        "12, 12",
        "11.0.221, 11.0",
        "12.4, 12.4",
        "99.9, 99.9",
        "12.4.99, 12.4",
        "cu12, ",
        "12.x, ",
        "'', ",
        "-1, ",
        "12..4, ",
        "1234.5, ",
        "twelve, "
    })
    void toolkitIsReadHoweverItIsWritten(String text, String version) {
        assertThat(ToolkitText.parse(text))
                .isEqualTo(Optional.ofNullable(version).flatMap(Version::parse));
    }
}
