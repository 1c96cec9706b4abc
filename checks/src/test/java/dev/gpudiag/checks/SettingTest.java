package dev.gpudiag.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingTest {

    private static final Setting<Double> NUMBER = Setting.number("check.number", 0.5, 0, 1, "ratio", "help");
    private static final Setting<Duration> DURATION = Setting.duration(
            "check.duration", Duration.ofMinutes(20), Duration.ofSeconds(1), Duration.ofDays(7), "help");
    private static final Setting<Optional<Integer>> COUNT = Setting.count("check.count", 0, 16, "GPUs", "help");

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "0.25, 0.25", "' 0.5 ', 0.5", "5e-1, 0.5"})
    void numbersAreRead(String text, double value) {
        assertThat(NUMBER.parse(text)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1.1", "-0.1", "NaN", "Infinity", "0,5", "1e400", "50%"})
    void whatIsNoNumberOfTheRangeIsRefusedWithASentence(String text) {
        assertThatThrownBy(() -> NUMBER.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching(".*(is not a number|is outside 0 to 1)");
    }

    @ParameterizedTest
    @CsvSource({"1s, PT1S", "90s, PT90S", "20m, PT20M", "12h, PT12H", "7d, PT168H", "1500ms, PT1.5S", "'5 M', PT5M"})
    void durationsAreRead(String text, Duration value) {
        assertThat(DURATION.parse(text)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "m", "-5m", "1.5h", "5 minutes", "8d", "0s", "99999999999s"})
    void whatIsNoDurationOfTheRangeIsRefused(String text) {
        assertThatThrownBy(() -> DURATION.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"PT0S, 0s", "PT0.25S, 250ms", "PT90S, 90s", "PT20M, 20m", "PT1H, 1h", "PT25H, 25h", "P7D, 7d"})
    void durationsAreWrittenAsTheyAreRead(Duration value, String text) {
        assertThat(Setting.format(value)).isEqualTo(text);
        assertThat(Setting.parseDuration(text)).isEqualTo(value);
    }

    @Test
    void aCountThatNobodySetIsEmpty() {
        assertThat(COUNT.defaultValue()).isEmpty();
        assertThat(COUNT.parse("")).isEmpty();
        assertThat(COUNT.parse("8")).contains(8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "-1", "8.0", "eight", "99999999999"})
    void whatIsNoCountOfTheRangeIsRefused(String text) {
        assertThatThrownBy(() -> COUNT.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "yes, true", "on, true", "false, false", "no, false", "off, false"})
    void flagsAreRead(String text, boolean value) {
        assertThat(Setting.flag("check.flag", false, "help").parse(text)).isEqualTo(value);
    }

    @Test
    void whatIsNoFlagIsRefused() {
        assertThatThrownBy(() -> Setting.flag("check.flag", false, "help").parse("maybe"))
                .hasMessage("'maybe' is neither true nor false");
    }

    @Test
    void aSettingThatNobodyChangedHasItsDefault() {
        Settings settings = Settings.defaults().with(NUMBER, "0.75");

        assertThat(settings.get(NUMBER)).isEqualTo(0.75);
        assertThat(settings.get(DURATION)).isEqualTo(Duration.ofMinutes(20));
        assertThat(Settings.defaults().get(NUMBER)).isEqualTo(0.5);
    }

    @Test
    void aSettingOfAnotherCheckIsRefused() {
        assertThatThrownBy(() -> new CheckSpec("other", "title", Set.of(), List.of(NUMBER)))
                .hasMessage("check.number does not begin with other.");
    }
}
