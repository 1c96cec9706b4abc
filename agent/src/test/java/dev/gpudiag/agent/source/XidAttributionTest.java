package dev.gpudiag.agent.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.simulation.ScenarioCatalog;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.catalog.CheckCatalog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pid of a line of the kernel log, read from the host's files, is told as the pod that it works for. */
class XidAttributionTest {

    private static final Path SIMULATOR = Path.of(System.getProperty("gpudiag.simulator"));
    private static final Duration SECONDS = Duration.ofSeconds(20);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            xid-application   | gpu 2: Xid 31 | by python3 (pid 41014) of pod research/llm-train-0 (trainer)
            xid-contained     | gpu 5: Xid 94 | by python3 (pid 41035) of pod research/llm-train-0 (trainer)
            ecc-uncorrected   | gpu 2: Xid 48 | by python3 (pid 41014) of pod research/llm-train-0 (trainer)
            row-remap-failure | gpu 5: Xid 64 | by python3 (pid 41035) of pod research/llm-train-0 (trainer)
            xid-after-reboots | gpu 5: Xid 64 | by python3 (pid 41035) of pod research/llm-train-0 (trainer)
            xid-repeated      | gpu 2: Xid 31 | 3 processes
            xid-closed        | gpu 2: Xid 13 | by python3 (pid 40991)
            """)
    void aFaultNamesThePodOfItsProgramAndOnlyThePidOfOneThatHasEnded(String scenario, String fault, String who) {
        List<String> told = findings(scenario).stream()
                .map(finding -> finding.subject().describe() + ": " + finding.seen())
                .filter(seen -> seen.startsWith(fault))
                .toList();

        assertThat(told).isNotEmpty().anyMatch(seen -> seen.contains(who));
        if (!who.contains("pod")) {
            assertThat(told).noneMatch(seen -> seen.contains("of pod"));
        }
    }

    private static List<Finding> findings(String name) {
        var scenario = new ScenarioCatalog(SIMULATOR.resolve("scenarios")).open(name);
        try (SimulatedSource source = new SimulatedSource(scenario, SIMULATOR, 1, SECONDS, Set.of(Need.PROCESSES))) {
            Evidence evidence = Evidence.of(source.sample(SECONDS, SECONDS)).withKernelLog(source.kernelLog());
            return new CheckRunner(CheckCatalog.all())
                    .run(evidence)
                    .result("xid")
                    .orElseThrow()
                    .findings();
        }
    }
}
