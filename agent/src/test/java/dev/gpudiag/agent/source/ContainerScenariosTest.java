package dev.gpudiag.agent.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.simulation.Scenario;
import dev.gpudiag.agent.simulation.ScenarioCatalog;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.catalog.CheckCatalog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scenarios of containers: what is wrong is named with its workload, and what is nearly wrong is no alarm. */
class ContainerScenariosTest {

    private static final Path SIMULATOR = Path.of(System.getProperty("gpudiag.simulator"));
    private static final Duration SECONDS = Duration.ofSeconds(20);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cuda-too-new | cuda-compat | CRITICAL ctr.cuda_vs_driver pod ml/chat-0 (vllm);"
                        + " WARNING ctr.require_unsatisfied pod ml/chat-0 (vllm);"
                        + " INFO ctr.cuda_vs_driver pod ml/embed-0 (server)",
                "compat-on-geforce | cuda-compat | CRITICAL ctr.compat_lib_active docker container trainer",
                "stale-library | cuda-compat | CRITICAL ctr.lib_mismatch docker container exporter;"
                        + " INFO ctr.lib_replaced docker container triton",
                "allocation-idle | allocation | INFO alloc.idle pod ml/notebook-0 (jupyter); INFO alloc.full node",
                "shared-gpu-hog | allocation | WARNING alloc.shared_hog gpu 0",
            })
    void whatIsWrongIsNamedAndWhatIsNearlyWrongIsNoAlarm(String name, String check, String findings) {
        List<String> found = report(name).result(check).orElseThrow().findings().stream()
                .filter(finding -> finding.rule().isPresent())
                .map(finding -> finding.status() + " " + finding.rule().get() + " "
                        + finding.subject().describe())
                .toList();

        assertThat(found).containsExactlyInAnyOrderElementsOf(Arrays.asList(findings.split("; *", -1)));
    }

    private static Report report(String name) {
        Scenario scenario = new ScenarioCatalog(SIMULATOR.resolve("scenarios")).open(name);
        try (SimulatedSource source = new SimulatedSource(scenario, SIMULATOR, 1, SECONDS, Set.of(Need.PROCESSES))) {
            return new CheckRunner(CheckCatalog.all()).run(Evidence.of(source.sample(SECONDS, SECONDS)));
        }
    }
}
