package dev.gpudiag.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** NVIDIA's own libraries on a machine without a driver: opened, asked, never initialised. */
class NvmlWithoutDriverTest {
    @ParameterizedTest
    @ValueSource(strings = {"470", "535"})
    void aCallBeforeInitIsUninitialised(String branch) throws Exception {
        try (Nvml nvml = Nvml.open(RealLibraries.library(branch))) {
            assertThatThrownBy(nvml::deviceCount).isInstanceOfSatisfying(NvmlException.class, e -> {
                assertThat(e.code()).isEqualTo(NvmlReturn.UNINITIALIZED);
                assertThat(e.function()).isEqualTo("nvmlDeviceGetCount_v2");
            });
        }
    }

    @Test
    void theLibraryVersionComesBeforeInitFromR535Only() throws Exception {
        try (Nvml nvml = Nvml.open(RealLibraries.library("535"))) {
            assertThat(nvml.systemNvmlVersion()).isEqualTo("12.535.309.01");
        }
        try (Nvml nvml = Nvml.open(RealLibraries.library("470"))) {
            assertThatThrownBy(nvml::systemNvmlVersion).isInstanceOf(NvmlException.class);
        }
    }

    @Test
    void aMissingFunctionIsAReasonNotACrash() throws Exception {
        try (Nvml nvml = Nvml.open(RealLibraries.library("470"))) {
            NvmlDevice nobody = new NvmlDevice(nvml, 0, 0);

            assertThatThrownBy(nobody::repairStatus).isInstanceOfSatisfying(NvmlException.class, e -> {
                assertThat(e.symbolMissing()).isTrue();
                assertThat(e.code()).isEqualTo(NvmlReturn.FUNCTION_NOT_FOUND);
                assertThat(e.function()).isEqualTo("nvmlDeviceGetRepairStatus");
            });
        }
    }

    @Test
    void aFailureNamesTheOlderFunctionThatWasCalled() throws Exception {
        try (Nvml nvml = Nvml.open(RealLibraries.library("470"))) {
            NvmlDevice nobody = new NvmlDevice(nvml, 0, 0);

            assertThatThrownBy(nobody::currentClocksEventReasons)
                    .isInstanceOfSatisfying(
                            NvmlException.class,
                            e -> assertThat(e.function()).isEqualTo("nvmlDeviceGetCurrentClocksThrottleReasons"));
        }
    }

    @Test
    void onlyOneIsOpenAtATimeAndAClosedOneRefusesCalls() throws Exception {
        Nvml first = Nvml.open(RealLibraries.library("535"));
        try (first) {
            assertThatThrownBy(() -> Nvml.open(RealLibraries.library("470")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("open already");
        }
        first.close();

        assertThatThrownBy(first::deviceCount)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void aRealLibraryIsNotTheSimulatedDriver() throws Exception {
        try (Nvml nvml = Nvml.open(RealLibraries.library("535"))) {
            assertThat(SimulatedDriver.isSimulated(nvml)).isFalse();
            assertThatThrownBy(() -> SimulatedDriver.setTime(nvml, 1))
                    .isInstanceOf(java.io.IOException.class)
                    .hasMessageContaining("is not the simulated driver");
        }
    }
}
