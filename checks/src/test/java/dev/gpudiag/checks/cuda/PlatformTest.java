package dev.gpudiag.checks.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.cuda.CompatibilityQuestion.GpuClass;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSamples;
import dev.gpudiag.telemetry.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformTest {

    private static Platform first(GpuSamples gpu) {
        return Platform.of(NodeSamples.working().gpu(gpu.build()).build()).getFirst();
    }

    @Test
    void equalGpusAreOnePlatform() {
        var sample = NodeSamples.working()
                .gpu(GpuSamples.h100(0).build())
                .gpu(GpuSamples.h100(1).build())
                .gpu(GpuSamples.h100(2)
                        .named("NVIDIA GeForce RTX 4090")
                        .with(GpuQuantities.COMPUTE_CAPABILITY, "8.9")
                        .build())
                .build();
        assertThat(Platform.of(sample))
                .extracting(platform -> platform.capability().orElseThrow().toString())
                .containsExactly("9.0", "8.9");
    }

    @Test
    void nodeWithoutAGpuIsStillADriver() {
        Platform platform = Platform.of(NodeSamples.working().build()).getFirst();
        assertThat(platform.driver()).contains(Version.parse("550.54.15").orElseThrow());
        assertThat(platform.capability()).isEmpty();
    }

    @Test
    void recordingWithoutACapabilityHasThatOfTheNameOrOfTheArchitecture() {
        assertThat(first(GpuSamples.blank(0).named("NVIDIA A100-SXM4-80GB"))).satisfies(platform -> {
            assertThat(platform.capability()).contains(Version.of(8, 0));
            assertThat(platform.gpuClass()).contains(GpuClass.DATACENTER);
        });
        assertThat(first(GpuSamples.blank(0).named("NVIDIA Graphics Device").with(GpuQuantities.ARCHITECTURE, "Hopper"))
                        .capability())
                .contains(Version.of(9, 0));
        assertThat(first(GpuSamples.blank(0).named("NVIDIA Graphics Device").with(GpuQuantities.ARCHITECTURE, "Ampere"))
                        .capability())
                .isEmpty();
    }

    @Test
    void whatTheDriverSaysBeatsTheName() {
        assertThat(first(GpuSamples.blank(0)
                                .named("NVIDIA A100-SXM4-80GB")
                                .with(GpuQuantities.COMPUTE_CAPABILITY, "8.6"))
                        .capability())
                .contains(Version.of(8, 6));
    }

    @Test
    void loadedModuleIsTheDriverNotTheLibraryThatAnswered() {
        var sample = NodeSamples.working()
                .with(HostQuantities.MODULE_VERSION, "535.129.03")
                .with(HostQuantities.DRIVER_VERSION, "550.54.15")
                .build();
        assertThat(Platform.of(sample).getFirst().driver())
                .contains(Version.parse("535.129.03").orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_SUPPORTED, 0, false",
        "NOT_STARTED, 0, true",
        "IN_PROGRESS, 0, true",
        "COMPLETED, 0, false",
        "COMPLETED, 999, true",
    })
    void fabricThatIsNotUpStopsEveryProgram(String state, long status, boolean down) {
        assertThat(first(GpuSamples.h100(0)
                                .with(GpuQuantities.FABRIC_STATE, state)
                                .with(GpuQuantities.FABRIC_STATUS, status))
                        .fabricDown())
                .isEqualTo(down);
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_SUPPORTED, false, true",
        "NOT_SUPPORTED, true, false",
        "COMPLETED, false, false",
    })
    void gpuThatSaysNothingOfItsFabricNeedsAManagerWhereThereAreSwitches(String state, boolean runs, boolean down) {
        var sample = NodeSamples.working()
                .with(HostQuantities.FABRIC_MANAGER_RUNNING, runs)
                .gpu(GpuSamples.h100(0).with(GpuQuantities.FABRIC_STATE, state).build())
                .build();
        assertThat(Platform.of(sample).getFirst().fabricDown()).isEqualTo(down);
    }

    @ParameterizedTest
    @CsvSource({
        "Tesla, tesla",
        "NVIDIA, nvidia",
        "NVIDIA RTX, nvidiartx",
        "Quadro RTX, quadrortx",
        "GeForce, geforce",
        "NVIDIA vApps, vapps",
        "NVIDIA Virtual Applications, vapps",
        "NVIDIA RTX Virtual Workstation, vws",
        "NVIDIA Cloud Gaming, cloudgaming",
    })
    void brandIsSpelledAsTheContainerToolkitDoes(String driver, String toolkit) {
        assertThat(Platform.toolkitBrand(driver)).isEqualTo(toolkit);
    }
}
