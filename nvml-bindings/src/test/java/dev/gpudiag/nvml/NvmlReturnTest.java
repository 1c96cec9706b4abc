package dev.gpudiag.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NvmlReturnTest {
    @Test
    void everyCodeOfTheHeaderHasItsNameAndATextOfItsOwn() throws IOException {
        Path abi = Path.of(System.getProperty("gpudiag.shared"), "nvml", "nvml-abi.json");
        assumeTrue(Files.exists(abi), "no ../shared/nvml: return codes are not compared with the header");
        JsonNode codes = new ObjectMapper().readTree(abi.toFile()).path("enums").path("nvmlReturn_t");

        assertThat(codes).hasSizeGreaterThanOrEqualTo(32);
        codes.properties().forEach(entry -> {
            NvmlReturn code = NvmlReturn.of(entry.getValue().asInt());
            assertThat(code.code()).isEqualTo(entry.getValue().asInt());
            assertThat(code.name()).isEqualTo(entry.getKey());
        });
    }

    @Test
    void noTwoCodesShareAText() {
        Set<String> texts = new HashSet<>();
        for (int code = 0; code <= 30; code++) {
            assertThat(texts.add(NvmlReturn.of(code).text()))
                    .as("text of " + code)
                    .isTrue();
        }
        assertThat(texts).doesNotContain(NvmlReturn.UNKNOWN.text());
    }

    @Test
    void anUnknownNumberKeepsItsNumber() {
        NvmlReturn code = NvmlReturn.of(1234);

        assertThat(code.code()).isEqualTo(1234);
        assertThat(code.name()).isEqualTo("NVML_ERROR_1234");
        assertThat(code.text()).contains("1234");
        assertThat(code).isEqualTo(NvmlReturn.of(1234)).isNotEqualTo(NvmlReturn.UNKNOWN);
        assertThat(NvmlReturn.of(-1).code()).isEqualTo(-1);
    }

    @Test
    void knownCodesAreNotAllocated() {
        assertThat(NvmlReturn.of(15)).isSameAs(NvmlReturn.GPU_IS_LOST);
        assertThat(NvmlReturn.of(999)).isSameAs(NvmlReturn.UNKNOWN);
    }

    @Test
    void aFailureNamesFunctionTextAndNumberAndHasNoStackTrace() {
        NvmlException failure = NvmlException.failed("nvmlDeviceGetTemperature", NvmlReturn.GPU_IS_LOST);

        assertThat(failure).hasMessage("nvmlDeviceGetTemperature: GPU is lost (15)");
        assertThat(failure.getStackTrace()).isEmpty();
        assertThat(failure.symbolMissing()).isFalse();
        assertThat(NvmlException.missing("nvmlDeviceGetRepairStatus").symbolMissing())
                .isTrue();
    }
}
