package dev.gpudiag.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingOverridesTest {

    private static final Setting<Double> LIMIT =
            Setting.number("temperature.fallback-limit", 83, 0, 150, "C", "limit | where the device has none");
    private static final Setting<Optional<String>> MODEL = Setting.text("devices.expect-model", "model of every GPU");
    private static final List<Setting<?>> SETTINGS = List.of(LIMIT, MODEL);

    @Test
    void theLastOneWins() {
        Settings settings = new SettingOverrides(SETTINGS)
                .apply(
                        Settings.defaults(),
                        List.of(
                                "temperature.fallback-limit=80",
                                "temperature.fallback-limit = 90",
                                "expect.model=A=B",
                                "sampling.interval=2s"));

        assertThat(settings.get(LIMIT)).isEqualTo(90);
        assertThat(settings.get(MODEL)).contains("A=B");
        assertThat(settings.get(AgentSettings.SAMPLING_INTERVAL)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void allThatIsWrongIsReportedAtOnce() {
        List<String> problems = catchThrowableOfType(
                        ConfigurationException.class,
                        () -> new SettingOverrides(SETTINGS)
                                .apply(
                                        Settings.defaults(),
                                        List.of(
                                                "temperature.fallback-limit",
                                                "=1",
                                                "temperature.fallback-limits=1",
                                                "temperature.fallback-limit=hot",
                                                "web.listen-address=localhost:70000")))
                .problems();

        assertThat(problems)
                .containsExactly(
                        "--set temperature.fallback-limit: not KEY=VALUE",
                        "--set =1: not KEY=VALUE",
                        "--set temperature.fallback-limits=1: unknown setting 'temperature.fallback-limits';"
                                + " did you mean 'temperature.fallback-limit'?",
                        "--set temperature.fallback-limit=hot: 'hot' is not a number",
                        "--set web.listen-address=localhost:70000: 70000 is not a port");
    }

    @Test
    void theSampleWithEverythingUncommentedIsAValidConfigurationOfDefaults(@TempDir Path directory) throws IOException {
        String sample = new SettingsReference(SETTINGS).sample();
        Path file = directory.resolve("gpudiag.yaml");
        ConfigurationReader reader = new ConfigurationReader(SETTINGS, List.of());

        assertThat(reader.read(Files.writeString(file, sample)).settings().get(LIMIT))
                .isEqualTo(83);
        String uncommented = sample.replaceAll("(?m)^#(?! )", "").replaceAll("(?m)^#(?=  [a-z-]+: )", "");
        assertThat(uncommented).contains("\n  fallback-limit: 83\n", "\ntemperature:\n");
        assertThat(reader.read(Files.writeString(file, uncommented)).settings().get(LIMIT))
                .isEqualTo(83);
    }

    @Test
    void theTableHasOneLinePerSetting() {
        String table = new SettingsReference(SETTINGS).table();

        assertThat(table.lines()).hasSize(2 + AgentSettings.all().size() + SETTINGS.size());
        assertThat(table)
                .contains(
                        "| `temperature.fallback-limit` | `83` C | 0 to 150 C | limit \\| where the device has none |");
    }

    @Test
    void theNearestNameIsFoundAndAFarOneIsNot() {
        List<String> names = List.of("temperature", "ecc", "memory-growth");

        assertThat(Suggestions.nearest("temprature", names)).contains("temperature");
        assertThat(Suggestions.nearest("ecx", names)).contains("ecc");
        assertThat(Suggestions.nearest("Memory_Growth", names)).contains("memory-growth");
        assertThat(Suggestions.nearest("xyz", names)).isEmpty();
        assertThat(Suggestions.nearest("t".repeat(1_000_000), names)).isEmpty();
        assertThat(Suggestions.distance("ab", "ba")).isEqualTo(1);
    }
}
