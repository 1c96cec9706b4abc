package dev.gpudiag.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gpudiag.checks.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConfigurationReaderTest {

    private static final Setting<Double> LIMIT =
            Setting.number("temperature.fallback-limit", 83, 0, 150, "C", "limit where the device has none");
    private static final Setting<Duration> WINDOW = Setting.duration(
            "utilization.window", Duration.ofMinutes(60), Duration.ofMinutes(1), Duration.ofDays(1), "how long");
    private static final Setting<Optional<String>> MODEL = Setting.text("devices.expect-model", "model of every GPU");
    private static final Setting<Boolean> LINKS = Setting.flag("devices.expect-links", false, "whether links are up");
    private static final List<Setting<?>> SETTINGS = List.of(LIMIT, WINDOW, MODEL, LINKS);

    private final ConfigurationReader reader = new ConfigurationReader(SETTINGS, List.of("temperature", "ecc"));

    @TempDir
    private Path directory;

    private Configuration read(String text) throws IOException {
        return reader.read(Files.writeString(directory.resolve("gpudiag.yaml"), text));
    }

    private List<String> problems(String text) {
        return catchThrowableOfType(ConfigurationException.class, () -> read(text))
                .problems();
    }

    @Test
    void everyWayToWriteASettingIsRead() throws IOException {
        Configuration configuration = read("""
                expect:
                  model: NVIDIA H100 80GB HBM3
                  links: yes
                temperature: {fallback-limit: 85.5}
                settings:
                  utilization.window: 30m
                checks:
                  skip: [ecc]
                web:
                  listen-address: "[::1]:9900"
                sampling:
                  interval: 500ms
                nvml-library: /opt/lib/libnvidia-ml.so.1
                """);

        assertThat(configuration.settings().get(LIMIT)).isEqualTo(85.5);
        assertThat(configuration.settings().get(WINDOW)).isEqualTo(Duration.ofMinutes(30));
        assertThat(configuration.settings().get(MODEL)).contains("NVIDIA H100 80GB HBM3");
        assertThat(configuration.settings().get(LINKS)).isTrue();
        assertThat(configuration.skippedChecks()).containsExactly("ecc");
        assertThat(configuration.settings().get(AgentSettings.LISTEN_ADDRESS)).isEqualTo("[::1]:9900");
        assertThat(configuration.settings().get(AgentSettings.SAMPLING_INTERVAL))
                .isEqualTo(Duration.ofMillis(500));
        assertThat(configuration.settings().get(AgentSettings.SLOW_INTERVAL)).isEqualTo(Duration.ofSeconds(10));
        assertThat(configuration.settings().get(AgentSettings.NVML_LIBRARY))
                .contains(Path.of("/opt/lib/libnvidia-ml.so.1"));
    }

    @Test
    void allProblemsAreReportedAtOnceWithTheirLines() {
        assertThat(problems("""
                        temprature:
                          fallback-limit: 83
                        temperature:
                          fallbak-limit: 83
                        utilization:
                          window: 99d
                        checks:
                          skip: [ecd, ecc]
                          run: all
                        web: off
                        sampling:
                          interval: [1s]
                          slow-interval:
                        host-root: mnt/host
                        devices:
                          expect-links: maybe
                        expect:
                          links: yes
                        """))
                .containsExactly(
                        "gpudiag.yaml:1: unknown key 'temprature'; did you mean 'temperature'?",
                        "gpudiag.yaml:4: unknown key 'fallbak-limit' in temperature; did you mean 'fallback-limit'?",
                        "gpudiag.yaml:6: utilization.window: 99d is outside 1m to 1d",
                        "gpudiag.yaml:8: unknown check 'ecd'; did you mean 'ecc'?",
                        "gpudiag.yaml:9: unknown key 'run' in checks",
                        "gpudiag.yaml:10: web: expected 'key: value' lines, found a single value",
                        "gpudiag.yaml:12: sampling.interval: expected one value, found a list",
                        "gpudiag.yaml:13: sampling.slow-interval: expected one value, found nothing",
                        "gpudiag.yaml:14: host-root: 'mnt/host' is not an absolute path",
                        "gpudiag.yaml:16: devices.expect-links: 'maybe' is neither true nor false",
                        "gpudiag.yaml:18: expect.links is set on line 16 already");
    }

    @Test
    void aKeyThatIsThereTwiceIsAProblem() {
        assertThat(problems("temperature:\n  fallback-limit: 80\n  fallback-limit: 90\n"))
                .containsExactly("gpudiag.yaml:3: duplicate key 'fallback-limit'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "# nothing but a comment\n", "---\n", "temperature:\n", "null"})
    void whatSaysNothingIsTheDefaults(String text) throws IOException {
        Configuration configuration = read(text);

        assertThat(configuration.settings().get(LIMIT)).isEqualTo(83);
        assertThat(configuration.skippedChecks()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"temperature:\n\tfallback-limit: 83\n", "temperature: [", "a: b: c", "%", "\"", "a: !!x [}"})
    void whatIsNotYamlIsOneProblemWithItsLine(String text) {
        assertThat(problems(text)).singleElement().asString().matches("(?s)gpudiag\\.yaml:\\d+: not YAML: .+");
    }

    @Test
    void aliasesAndDepthAreRefusedBeforeTheyGrow() {
        assertThat(problems("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n"))
                .containsExactly("gpudiag.yaml:2: aliases (*name) are not supported here");
        assertThat(problems("[".repeat(100_000))).containsExactly("gpudiag.yaml:1: nested deeper than any setting");
    }

    @ParameterizedTest
    @ValueSource(strings = {"just words", "- a\n- b\n"})
    void aDocumentWithoutKeysIsAProblem(String text) {
        assertThat(problems(text)).singleElement().asString().startsWith("gpudiag.yaml:1: the file: expected");
    }

    @Test
    void aKeyThatIsNoWordIsAProblem() {
        assertThat(problems("? [a, b]\n: c\n")).containsExactly("gpudiag.yaml:1: a key must be a word, found a list");
    }

    @Test
    void whatIsNoReadableFileIsOneSentence() throws IOException, InterruptedException {
        Path fifo = directory.resolve("fifo");
        new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor();
        Path binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        Path large = Files.writeString(directory.resolve("large"), "#".repeat(1 << 20));

        assertThatThrownBy(() -> reader.read(directory))
                .hasMessageEndingWith("is a directory, not a configuration file");
        assertThatThrownBy(() -> reader.read(fifo)).hasMessageEndingWith("is not a regular file");
        assertThatThrownBy(() -> reader.read(binary)).hasMessageEndingWith("is not UTF-8 text");
        assertThatThrownBy(() -> reader.read(large)).hasMessageContaining("is longer than");
        assertThatThrownBy(() -> reader.read(directory.resolve("absent")))
                .hasMessageStartingWith("no configuration file");
    }

    @Test
    void aFileWithoutPermissionIsSaidSo() throws IOException {
        assumeThat(System.getProperty("user.name"))
                .as("root may read everything")
                .isNotEqualTo("root");
        Path file = Files.writeString(directory.resolve("gpudiag.yaml"), "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));

        assertThatThrownBy(() -> reader.read(file)).hasMessageStartingWith("no permission to read");
    }
}
