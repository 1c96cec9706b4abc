package dev.gpudiag.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AmountsTest {

    @ParameterizedTest
    @CsvSource({"0, 0 %", "0.004, 0 %", "0.95, 95 %", "0.994, 99 %", "0.9999, 99 %", "1, 100 %", "1.2, 120 %"})
    void aRatioIsNeverRoundedUpToFull(double ratio, String text) {
        assertThat(Amounts.percent(ratio)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 MiB", "1048576, 1 MiB", "1073741824, 1.0 GiB", "-2147483648, -2.0 GiB"})
    void bytesHaveAUnitThatFits(double bytes, String text) {
        assertThat(Amounts.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"PT0S, 0 s", "PT119S, 119 s", "PT2M, 2 m", "PT119M, 119 m", "PT2H, 2 h", "PT47H, 47 h", "P2D, 2 d"})
    void durationsAreRoundedToWhatAReaderCanUse(Duration duration, String text) {
        assertThat(Amounts.duration(duration)).isEqualTo(text);
    }

    @Test
    void oneIsSingular() {
        assertThat(Amounts.plural(1, "GPU")).isEqualTo("1 GPU");
        assertThat(Amounts.plural(0, "GPU")).isEqualTo("0 GPUs");
        assertThat(Amounts.celsius(-4)).isEqualTo("-4 C");
    }
}
