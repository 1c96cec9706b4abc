package dev.gpudiag.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PciInfoTest {
    @ParameterizedTest
    @CsvSource({
        "00000000:65:00.0, 0000:65:00.0, 00000000:65:00.0",
        "0000:C1:00.0, 0000:c1:00.0, 00000000:C1:00.0",
        "0009:01:00.0, 0009:01:00.0, 00000009:01:00.0",
        "10000:01:1F.7, 10000:01:1f.7, 00010000:01:1F.7",
        "FFFFFFFF:01:00.0, ffffffff:01:00.0, FFFFFFFF:01:00.0",
        "3:0, 0000:03:00.0, 00000000:03:00.0"
    })
    void anAddressIsReadInEitherForm(String given, String sysfs, String nvml) {
        assertThat(PciInfo.sysfsForm(given)).isEqualTo(sysfs);
        assertThat(PciInfo.nvmlForm(given)).isEqualTo(nvml);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "65", "0000:65:00.8", "000000000:65:00.0", "0000:65:00.0 ", "zz:00.0", "../65:00.0"})
    void whatIsNoAddressIsRefused(String given) {
        assertThatThrownBy(() -> PciInfo.sysfsForm(given)).isInstanceOf(IllegalArgumentException.class);
    }
}
