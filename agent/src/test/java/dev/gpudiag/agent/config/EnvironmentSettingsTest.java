package dev.gpudiag.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gpudiag.checks.catalog.CheckCatalog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentSettingsTest {

    private static final List<String> CHECKS = List.of("ecc", "temperature");

    @TempDir
    private Path folder;

    private static Configuration apply(Configuration before, String... variables) {
        Map<String, String> environment = new HashMap<>(Map.of("PATH", "/bin"));
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return new EnvironmentSettings(CheckCatalog.settings(), CHECKS).apply(before, environment);
    }

    @Test
    void aVariableBeatsTheFileAndAFlagBeatsTheVariableAndEachSaysWhereItIsFrom() throws Exception {
        Path file = Files.writeString(folder.resolve("gpudiag.yaml"), """
                sampling:
                  interval: 5s
                  slow-interval: 20s
                expect:
                  count: 8
                checks:
                  skip: [ecc]
                """);
        Configuration read = new ConfigurationReader(CheckCatalog.settings(), CHECKS).read(file);
        Configuration changed = apply(
                read,
                "GPUDIAG_SAMPLING_INTERVAL",
                "2s",
                "GPUDIAG_XID_OPEN_FOR",
                "1d",
                "GPUDIAG_CHECKS_SKIP",
                "temperature");
        Configuration flagged =
                new SettingOverrides(CheckCatalog.settings(), CHECKS).apply(changed, List.of("xid.open-for=2d"));

        assertThat(flagged.settings().get(AgentSettings.SAMPLING_INTERVAL)).isEqualTo(Duration.ofSeconds(2));
        assertThat(flagged.skippedChecks()).containsExactly("temperature");
        assertThat(flagged.origin("sampling.interval").describe()).isEqualTo("$GPUDIAG_SAMPLING_INTERVAL");
        assertThat(flagged.origin("sampling.slow-interval").describe()).isEqualTo(file + ":3");
        assertThat(flagged.origin("devices.expect-count").describe()).isEqualTo(file + ":5");
        assertThat(read.origin("checks.skip").describe()).isEqualTo(file + ":7");
        assertThat(flagged.origin("checks.skip").kind()).isEqualTo("environment");
        assertThat(flagged.origin("xid.open-for").describe()).isEqualTo("--set");
        assertThat(flagged.origin("nvml-library").kind()).isEqualTo("default");
    }

    @Test
    void everythingThatIsWrongIsToldAtOnceWithTheNearestName() {
        List<String> problems = catchThrowableOfType(
                        ConfigurationException.class,
                        () -> apply(
                                Configuration.defaults(),
                                "GPUDIAG_SAMPLING_INTERVAL",
                                "soon",
                                "GPUDIAG_SAMPLNG_INTERVAL",
                                "2s",
                                "GPUDIAG_CHECKS_SKIP",
                                "ec"))
                .problems();
        assertThat(problems)
                .containsExactly(
                        "$GPUDIAG_CHECKS_SKIP: unknown check 'ec'; did you mean 'ecc'?",
                        "$GPUDIAG_SAMPLING_INTERVAL: 'soon' is not a duration such as 90s, 60m or 12h",
                        "$GPUDIAG_SAMPLNG_INTERVAL: unknown; did you mean 'GPUDIAG_SAMPLING_INTERVAL'?");
    }

    @Test
    void variablesOfKubernetesAndOfTheLauncherAreNotOurs() {
        Configuration same = apply(
                Configuration.defaults(),
                "GPUDIAG_SERVICE_HOST",
                "10.0.0.1",
                "GPUDIAG_SERVICE_PORT_METRICS",
                "9836",
                "GPUDIAG_PORT_9836_TCP_ADDR",
                "10.0.0.1",
                "GPUDIAG_PORT",
                "tcp://10.0.0.1:9836",
                "GPUDIAG_CONTROL_FD",
                "3",
                "GPUDIAG_DEBUG",
                "1",
                "GPUDIAG_WHATEVER_ELSE_THERE_IS",
                "1");
        assertThat(same.origins()).isEmpty();
    }

    @Test
    void everySettingHasAVariableOfItsOwn() {
        List<String> keys = new java.util.ArrayList<>(
                AgentSettings.all().stream().map(setting -> setting.key()).toList());
        CheckCatalog.settings().forEach(setting -> keys.add(setting.key()));
        assertThat(keys.stream().map(EnvironmentSettings::variable)).doesNotHaveDuplicates();
        assertThat(EnvironmentSettings.variable("web.listen-address")).isEqualTo("GPUDIAG_WEB_LISTEN_ADDRESS");
    }
}
