package dev.gpudiag.agent.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.simulation.Scenario;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.SampleHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule of hardware on the simulated driver: a scenario that trips it, and a near miss that does not. */
class HardwareRulesTest {

    private static final Path SIMULATOR = Path.of(System.getProperty("gpudiag.simulator"));
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static final String HEALTHY = """
            [scenario]
            title = three busy H100
            [driver]
            version = 590.44.01
            nvml = 13.590.44.01
            cuda = 13010
            [gpu *]
            name = NVIDIA H100 80GB HBM3
            memory.total = 80Gi
            memory.used = 10Gi
            utilization.gpu = 97
            utilization.memory = 40
            temperature.gpu = 58
            temperature.memory = 60
            temperature.margin = 29
            temperature.tlimit.slowdown = -2
            temperature.tlimit.gpu_max = 0
            temperature.threshold.memory_max = 95
            power.usage = 520k
            power.limit.enforced = 700k
            power.limit.default = 700k
            clock.sm = 1755
            clock.max.sm = 1980
            clock.event_reasons = none
            violation.thermal = 0
            performance_state = P0
            ecc.mode.current = enabled
            ecc.mode.default = enabled
            ecc.volatile.corrected.dram = 0
            ecc.volatile.corrected.sram = 0
            ecc.volatile.uncorrected.dram = 0
            ecc.volatile.uncorrected.sram = 0
            ecc.aggregate.uncorrected.sram = 0
            ecc.aggregate.uncorrected.dram = 0
            sram.threshold_exceeded = no
            remapped_rows.correctable = 0
            remapped_rows.uncorrectable = 0
            remapped_rows.pending = no
            remapped_rows.failure = no
            remap_histogram = 2560 0 0 0 0
            recovery_action = none
            inforom.valid = yes
            pcie.gen.current = 5
            pcie.gen.max = 5
            pcie.width.current = 16
            pcie.width.max = 16
            pcie.replay = 0
            nvlink.count = 4
            nvlink.state = up
            nvlink.version = 6
            nvlink.remote_type = switch
            nvlink.errors.replay = 0
            nvlink.errors.recovery = 0
            nvlink.errors.crc_flit = 0
            nvlink.errors.crc_data = 0
            nvlink.throughput.data_tx = rate(1000000, 180000)
            nvlink.throughput.data_rx = rate(1000000, 180000)
            fabric.state = completed
            fabric.status = 0
            fabric.health = 0x2
            fabric.summary = healthy
            [gpu 0..2]
            uuid = GPU-%d
            pci_bus_id = 0000:1%d:00.0
            """;

    private static final String PAST = """
            [history]
            span = 12m
            interval = 10s
            """;

    /** Twenty minutes, of which the last twelve are spent waiting. */
    private static final String LONG_PAST = """
            [history]
            span = 20m
            interval = 10s
            """;

    /**
     * One rule.
     *
     * @param past the history that it needs; empty for none
     * @param trips lines of GPU 1, or whole sections, that trip it
     * @param nearMiss lines that look much alike and do not
     */
    record Case(String rule, Status status, String past, String trips, String nearMiss) {
        @Override
        public String toString() {
            return rule + " " + status;
        }
    }

    private static Case now(String rule, Status status, String trips, String nearMiss) {
        return new Case(rule, status, "", trips, nearMiss);
    }

    private static Case past(String rule, Status status, String trips, String nearMiss) {
        return new Case(rule, status, PAST, trips, nearMiss);
    }

    static Stream<Case> cases() {
        Status critical = Status.CRITICAL;
        Status warning = Status.WARNING;
        return Stream.of(
                now("gpu.recovery_action", critical, "recovery_action = drain_and_reset", "recovery_action = none"),
                now("ecc.remap_failure", critical, "remapped_rows.failure = yes", "remapped_rows.pending = yes"),
                now("ecc.remap_pending", warning, "remapped_rows.pending = yes", "remapped_rows.correctable = 5"),
                now(
                        "ecc.remap_count",
                        warning,
                        "remapped_rows.uncorrectable = 512",
                        "remapped_rows.uncorrectable = 511"),
                now("ecc.remap_headroom", warning, "remap_histogram = 2559 0 0 0 1", "remap_histogram = 2559 0 1 0 0"),
                now(
                        "ecc.sram_threshold",
                        critical,
                        "sram.threshold_exceeded = yes",
                        "sram.aggregate.uncorrected.parity = 3"),
                now("ecc.channel_repair", critical, "repair.beyond = yes", "repair.beyond = no"),
                now(
                        "ecc.dbe_volatile",
                        critical,
                        "ecc.volatile.uncorrected.sram = 1",
                        "ecc.aggregate.uncorrected.sram = 1"),
                now("ecc.retired_pages", critical, "retired_pages.single_bit = 63", "retired_pages.single_bit = 62"),
                now("ecc.mode", warning, "ecc.mode.pending = disabled", "ecc.mode.pending = enabled"),
                now("drv.inforom", warning, "inforom.valid = no", "inforom.valid = yes"),
                past(
                        "ecc.sbe_rate",
                        warning,
                        "ecc.volatile.corrected.dram = rate(0, 3)",
                        "ecc.volatile.corrected.dram = rate(90000000, 1)"),
                now(
                        "thm.slowdown",
                        warning,
                        "clock.event_reasons = hw_slowdown | hw_thermal",
                        "clock.event_reasons = sw_power_cap"),
                past(
                        "thm.slowdown",
                        critical,
                        "clock.event_reasons = hw_slowdown | hw_thermal",
                        "clock.event_reasons = sw_power_cap"),
                past(
                        "thm.violation_time",
                        warning,
                        "violation.thermal = rate(0, 10000000)",
                        "violation.thermal = 91000000000"),
                now(
                        "thm.margin",
                        warning,
                        "temperature.margin = 0\ntemperature.gpu = 87",
                        "temperature.margin = 0\ntemperature.gpu = 35"),
                now("thm.gpu_max", warning, "temperature.memory = 96", "temperature.memory = 95"),
                now(
                        "thm.fan",
                        warning,
                        "fan.count = 1\nfan.speed = 0\ntemperature.gpu = 75",
                        "fan.count = 1\nfan.speed = 0\ntemperature.gpu = 40"),
                now("pwr.brake", warning, "clock.event_reasons = hw_power_brake", "clock.event_reasons = hw_slowdown"),
                now("pwr.cap", Status.INFO, "power.limit.enforced = 300k", "power.limit.enforced = 650k"),
                now("pwr.cable", critical, "return.nvmlDeviceGetClockInfo = 8", "return.nvmlDeviceGetClockInfo = 3"),
                past(
                        "pwr.unreadable",
                        warning,
                        "return.nvmlDeviceGetPowerUsage = 999",
                        "return.nvmlDeviceGetPowerUsage = 3"),
                past(
                        "clk.low_under_load",
                        warning,
                        "clock.sm = 900",
                        "clock.sm = 900\nclock.event_reasons = sw_power_cap"),
                past("clk.outlier", warning, "clock.sm = 1400", "clock.sm = 1600"),
                now(
                        "clk.hw_slowdown",
                        Status.INFO,
                        "clock.event_reasons = hw_slowdown",
                        "clock.event_reasons = hw_slowdown | gpu_idle"),
                now(
                        "pcie.width_gen",
                        critical,
                        "pcie.width.current = 4",
                        "pcie.width.current = 4\n[host]\nport_width = 4"),
                now(
                        "pcie.width_gen",
                        warning,
                        "pcie.gen.current = 3",
                        "pcie.gen.current = 1\nperformance_state = P8\nutilization.gpu = 0"),
                past("pcie.replay_rate", warning, "pcie.replay = rate(0, 1)", "pcie.replay = rate(65000, 0.3)"),
                now("pcie.aer", warning, "[pcie 1]\nfatal = 1", "[pcie 1]\nnonfatal = 1"),
                now(
                        "nvl.state",
                        critical,
                        "nvlink.3.state = down",
                        "[gpu *]\nnvlink.remote_type = gpu\nnvlink.3.state = down\nfabric.state = not_supported"),
                past("nvl.errors_v4", critical, "nvlink.2.errors.replay = rate(0, 1)", "nvlink.2.errors.replay = 40"),
                now(
                        "nvl.errors_v5",
                        critical,
                        "nvlink.version = 7\nnvlink.recovery.failed = 1",
                        "nvlink.version = 7\nnvlink.recovery.failed = 0\nnvlink.ber.effective = 0xfff"),
                now("nvl.fabric", critical, "fabric.state = not_started", "fabric.state = not_supported"),
                now("nvl.fabric", critical, "fabric.health = 0x19a", "fabric.health = 0x1aa"),
                new Case(
                        "hang.collective",
                        warning,
                        LONG_PAST,
                        "utilization.gpu = 100\npower.usage = 0s:600k 8m:600k 481s:200k\n"
                                + "nvlink.throughput.data_tx = 0s:0 8m:90M\nnvlink.throughput.data_rx = 0s:0 8m:90M",
                        "utilization.gpu = 100\npower.usage = 0s:600k 8m:600k 481s:200k"));
    }

    @TempDir
    private Path directory;

    @ParameterizedTest
    @MethodSource("cases")
    void aRuleTripsOnItsScenarioAndNotOnANearMiss(Case rule) throws IOException {
        List<Finding> tripped = findings(rule, rule.trips());
        List<Finding> spared = findings(rule, rule.nearMiss());

        assertThat(tripped)
                .as(rule.rule() + " on " + rule.trips())
                .anyMatch(finding -> finding.status() == rule.status());
        assertThat(spared)
                .as(rule.rule() + " on " + rule.nearMiss())
                .noneMatch(finding -> finding.status().isProblem() || finding.status() == rule.status());
    }

    private List<Finding> findings(Case rule, String lines) throws IOException {
        Path file = directory.resolve("rule.scenario");
        String own = lines.startsWith("[") ? lines : "[gpu 1]\n" + lines;
        Files.writeString(file, HEALTHY + rule.past() + own + "\n");
        SampleHistory history = new SampleHistory(Duration.ofHours(3), SECOND);
        try (SimulatedSource source = new SimulatedSource(Scenario.read(file), SIMULATOR, 1, SECOND)) {
            source.remember(history);
            NodeSample sample = source.sample(SECOND.multipliedBy(5), SECOND);
            return new CheckRunner(CheckCatalog.all())
                    .run(new Evidence(sample, history, Settings.defaults(), Optional.empty())).results().stream()
                            .flatMap(result -> result.findings().stream())
                            .filter(finding -> finding.rule().equals(Optional.of(rule.rule())))
                            .toList();
        }
    }
}
