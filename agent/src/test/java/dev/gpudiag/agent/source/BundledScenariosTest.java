package dev.gpudiag.agent.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.simulation.Scenario;
import dev.gpudiag.agent.simulation.ScenarioCatalog;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.SampleHistory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every bundled scenario, through real JNA calls, gives the verdict that it announces. */
class BundledScenariosTest {

    private static final Path SIMULATOR = Path.of(System.getProperty("gpudiag.simulator"));
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** Scenarios with calls that never return leave a library behind that cannot be closed; the product's test has these. */
    static Stream<String> scenarios() {
        return new ScenarioCatalog(SIMULATOR.resolve("scenarios"))
                .names().stream().filter(name -> !name.endsWith("-hung"));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void aScenarioGivesTheVerdictThatItAnnounces(String name) {
        Scenario scenario = new ScenarioCatalog(SIMULATOR.resolve("scenarios")).open(name);

        Report report = judge(scenario);

        assertThat(scenario.expect()).isPresent();
        assertThat(report.verdict().name())
                .describedAs(describe(report))
                .isEqualTo(scenario.expect().orElseThrow());
    }

    private static Report judge(Scenario scenario) {
        SampleHistory history = new SampleHistory(Duration.ofHours(3), SECOND);
        try (SimulatedSource source = new SimulatedSource(scenario, SIMULATOR, 1, SECOND, EnumSet.allOf(Need.class))) {
            MemoryGrowth growth = new MemoryGrowth(MemoryGrowth.LIMIT);
            source.remember(sample -> {
                history.add(sample);
                growth.add(sample);
            });
            NodeSample sample = source.sample(SECOND.multipliedBy(5), SECOND);
            return new CheckRunner(CheckCatalog.all())
                    .run(new Evidence(sample, history, Settings.defaults(), Optional.empty())
                            .withKernelLog(source.kernelLog())
                            .withGrowth(growth));
        }
    }

    private static String describe(Report report) {
        List<String> lines = report.results().stream()
                .map((CheckResult result) -> result.id() + " " + result.status() + " " + result.summary())
                .toList();
        return String.join("\n", lines);
    }
}
