package dev.gpudiag.agent.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.config.SettingOverrides;
import dev.gpudiag.agent.simulation.Scenario;
import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.baseline.BaselineFacts;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.SampleHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each rule on the simulated driver, library calls, host files and all: a scenario that trips it, and near misses that do
 * not. The trials are the files of {@code rules}; a rule that has none there is listed with the reason.
 */
class RuleScenariosTest {

    private static final Path SIMULATOR = Path.of(System.getProperty("gpudiag.simulator"));
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String OWN_BASE = "three-h100";
    private static final List<String> FILES = List.of(
            "driver.txt",
            "devices.txt",
            "xid.txt",
            "driver-install.txt",
            "baseline.txt",
            "ecc.txt",
            "thermal-power-clocks.txt",
            "links.txt",
            "memory.txt",
            "cuda-compat.txt",
            "allocation.txt");

    @TempDir
    private Path directory;

    static Stream<RuleTrial> trials() {
        return FILES.stream().flatMap(file -> RuleTrial.read(file).stream());
    }

    @ParameterizedTest
    @MethodSource("trials")
    void aRuleTripsOnItsScenarioAndNotOnANearMiss(RuleTrial trial) throws IOException {
        Status status = Status.valueOf(trial.status());

        List<Finding> all = findings(trial);

        List<Status> said = all.stream()
                .filter(finding -> finding.rule().equals(Optional.of(trial.rule())))
                .map(Finding::status)
                .toList();
        if (trial.nearMiss().isEmpty()) {
            assertThat(said).as(describe(all)).contains(status);
        } else {
            assertThat(said).as(describe(all)).noneMatch(given -> given.isProblem() || given == status);
        }
    }

    @Test
    void everyRuleHasAScenarioAndANearMissOrAReason() {
        Map<Boolean, Set<String>> tried = trials().collect(Collectors.partitioningBy(
                trial -> trial.nearMiss().isEmpty(),
                Collectors.mapping(RuleTrial::rule, Collectors.toCollection(TreeSet::new))));
        Set<String> rules = CheckCatalog.all().stream()
                .flatMap(check -> check.spec().rules().stream())
                .map(Rule::id)
                .collect(Collectors.toCollection(TreeSet::new));
        Map<String, String> excused = RuleTrial.text("not-simulated.txt")
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split(": ", 2))
                .collect(Collectors.toMap(words -> words[0], words -> words[1]));

        assertThat(rules).containsAll(excused.keySet()).containsAll(tried.get(true));
        assertThat(excused.values()).allMatch(reason -> reason.length() > 20);
        rules.removeAll(excused.keySet());
        assertThat(tried.get(true)).as("rules that a scenario trips").containsExactlyInAnyOrderElementsOf(rules);
        assertThat(tried.get(false)).as("rules with a near miss").containsExactlyInAnyOrderElementsOf(rules);
    }

    private List<Finding> findings(RuleTrial trial) throws IOException {
        String name = trial.first("base").orElse(OWN_BASE);
        String base = name.equals(OWN_BASE)
                ? RuleTrial.text(OWN_BASE + ".scenario")
                : Files.readString(SIMULATOR.resolve("scenarios/" + name + ".scenario"));
        Optional<Baseline> baseline =
                trial.first("baseline").isPresent() ? Optional.of(baseline(base)) : Optional.empty();
        String past = trial.first("past")
                .map("\n[history]\ninterval = 10s\nspan = %s\n"::formatted)
                .orElse("");
        String own = trial.scenario().startsWith("[") ? trial.scenario() : "[gpu 1]\n" + trial.scenario();
        Settings settings = new SettingOverrides(CheckCatalog.settings()).apply(Settings.defaults(), trial.all("set"));
        Duration patience = trial.first("patience")
                .map(text -> Duration.ofMillis(Long.parseLong(text)))
                .orElse(PATIENCE);
        SampleHistory history = new SampleHistory(Duration.ofHours(10), SECOND);
        MemoryGrowth growth = new MemoryGrowth(MemoryGrowth.LIMIT);
        try (SimulatedSource source = source(base + past + own + "\n")) {
            source.remember(sample -> {
                history.add(sample);
                growth.add(sample);
            });
            NodeSample sample = source.sample(patience, patience);
            List<Finding> findings = new CheckRunner(CheckCatalog.all())
                            .run(new Evidence(sample, history, settings, baseline)
                                    .withKernelLog(source.kernelLog())
                                    .withGrowth(growth))
                            .results()
                            .stream()
                            .flatMap(result -> result.findings().stream())
                            .toList();
            if (trial.first("patience").isPresent()) {
                source.sample(PATIENCE, PATIENCE); // the library is let go of only when no call is left in it
            }
            return findings;
        }
    }

    private static String describe(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.status() != Status.OK && finding.status() != Status.SKIPPED)
                .map(finding -> finding.status() + " " + finding.rule().orElse("") + " "
                        + finding.subject().describe() + ": " + finding.seen())
                .collect(Collectors.joining("\n", "\n", "\n"));
    }

    private Baseline baseline(String scenario) throws IOException {
        try (SimulatedSource source = source(scenario)) {
            return BaselineFacts.of(source.sample(PATIENCE, PATIENCE));
        }
    }

    private SimulatedSource source(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("rule.scenario"), text);
        return new SimulatedSource(Scenario.read(file), SIMULATOR, 1, SECOND, EnumSet.allOf(Need.class));
    }
}
