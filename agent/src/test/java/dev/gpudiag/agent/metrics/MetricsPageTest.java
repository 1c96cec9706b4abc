package dev.gpudiag.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gpudiag.agent.simulation.Scenario;
import dev.gpudiag.agent.simulation.ScenarioCatalog;
import dev.gpudiag.agent.source.SimulatedSource;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.catalog.CheckCatalog;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsPageTest {

    private static final Path SIMULATOR = Path.of(System.getProperty("gpudiag.simulator"));
    private static final Duration SECONDS = Duration.ofSeconds(5);
    private static final double STANDSTILL = 1e-9;

    @Test
    void aPageBeforeTheFirstSampleHoldsTheBuildAlone() {
        MetricsPage page = page(Optional.empty(), Instant.EPOCH);

        assertThat(text(page))
                .contains("gpudiag_build_info{")
                .doesNotContain("gpudiag_gpu")
                .doesNotContain("NaN");
    }

    @Test
    void settledNamesAndLabelsAreThere() {
        Report report = report("healthy-h100x8");
        String gpu = "gpu=\"3\",";
        String uuid =
                "uuid=\"" + report.sample().gpus().get(3).identity().uuid().orElseThrow() + "\"";

        String text = text(page(Optional.of(report), report.sample().takenAt()));

        assertThat(text)
                .containsPattern("gpudiag_gpu_info\\{architecture=\"Hopper\"[^}]*gpu=\"3\"")
                .contains("gpudiag_gpu_up{" + gpu + uuid + "} 1.0\n")
                .contains("gpudiag_gpu_utilization_ratio{" + gpu + uuid + "} 0.")
                .contains("gpudiag_gpu_memory_total_bytes{" + gpu + uuid + "} 8.5520809984E10\n")
                .contains("gpudiag_gpu_memory_used_bytes{" + gpu)
                .contains("gpudiag_gpu_memory_free_bytes{" + gpu)
                .contains("gpudiag_gpu_memory_reserved_bytes{" + gpu)
                .contains("gpudiag_gpu_temperature_celsius{" + gpu + "sensor=\"gpu\"," + uuid + "}")
                .contains("gpudiag_gpu_power_watts{" + gpu)
                .contains("gpudiag_gpu_energy_joules_total{" + gpu)
                .contains("gpudiag_gpu_clock_hertz{domain=\"sm\"," + gpu)
                .contains("gpudiag_gpu_ecc_errors_total{" + gpu + "scope=\"volatile\",severity=\"uncorrected\"," + uuid
                        + "} 0.0\n")
                .contains("gpudiag_driver_info{cuda_version=\"13.0\"")
                .contains("gpudiag_check_status{check=\"ecc\"} 0.0\n")
                .contains("gpudiag_sample_age_seconds{" + gpu);
    }

    @Test
    void aLostGpuKeepsItsUpAndItsAgeAndNothingElse() {
        Report report = report("gpu-lost");
        Instant later = report.sample().gpus().get(3).takenAt().plusSeconds(90);

        String text = text(page(Optional.of(report), later));

        assertThat(text.lines().filter(line -> line.contains("gpu=\"3\"")).map(MetricsPageTest::name))
                .containsExactlyInAnyOrder(
                        "gpudiag_gpu_info", "gpudiag_gpu_up", "gpudiag_sample_age_seconds", "gpudiag_samples_total");
        assertThat(text)
                .containsPattern("gpudiag_gpu_up\\{gpu=\"3\"[^}]*} 0.0\n")
                .containsPattern("gpudiag_sample_age_seconds\\{gpu=\"3\"[^}]*} 90.0\n")
                .contains("gpudiag_check_status{check=\"devices\"} 2.0\n");
    }

    @Test
    void whatADeviceDoesNotSupportIsAbsent() {
        Report report = report("rtx-consumer");

        String text = text(page(Optional.of(report), report.sample().takenAt()));

        assertThat(text)
                .doesNotContain("gpudiag_gpu_nvlink_up")
                .doesNotContain("NaN")
                .doesNotContain("} -1.0");
    }

    @Test
    void migDevicesHaveSeriesOfTheirOwn() {
        Report report = report("mig-a100");

        assertThat(text(page(Optional.of(report), report.sample().takenAt())))
                .containsPattern(
                        "gpudiag_mig_memory_used_bytes\\{compute_instance=\"\\d+\",gpu=\"\\d+\",gpu_instance=\"\\d+\","
                                + "profile=\"\\dg\\.\\d+gb\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"healthy-h100x8", "mig-a100", "gpu-lost", "rtx-consumer", "driver-not-loaded"})
    void promtoolFindsNothingToSay(String scenario) throws Exception {
        Report report = report(scenario);
        Process promtool;
        try {
            promtool = new ProcessBuilder("promtool", "check", "metrics")
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "promtool is not there");
            return;
        }

        try (OutputStream in = promtool.getOutputStream()) {
            in.write(page(Optional.of(report), Instant.now()).text());
        }

        String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(promtool.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(said).isEmpty();
        assertThat(promtool.exitValue()).isZero();
    }

    @Test
    void theAgeGrowsWithEachRenderingThoughNoSampleComes() {
        Report report = report("t4");
        AtomicReference<Instant> now =
                new AtomicReference<>(report.sample().gpus().getFirst().takenAt());
        MetricsPage page = new MetricsPage(new NodeCollector(() -> Optional.of(report), now::get, "test"));

        page.render();
        now.set(now.get().plusSeconds(7));
        page.render();

        assertThat(text(page)).containsPattern("gpudiag_sample_age_seconds\\{gpu=\"0\"[^}]*} 7.0\n");
    }

    private static MetricsPage page(Optional<Report> report, Instant now) {
        MetricsPage page = new MetricsPage(new NodeCollector(() -> report, () -> now, "test"));
        page.render();
        return page;
    }

    private static String text(MetricsPage page) {
        return new String(page.text(), StandardCharsets.UTF_8);
    }

    private static String name(String line) {
        return line.substring(0, line.indexOf('{'));
    }

    private static Report report(String name) {
        Scenario scenario = new ScenarioCatalog(SIMULATOR.resolve("scenarios")).open(name);
        try (SimulatedSource source = new SimulatedSource(scenario, SIMULATOR, STANDSTILL, SECONDS)) {
            return new CheckRunner(CheckCatalog.all()).run(Evidence.of(source.sample(SECONDS, SECONDS)));
        }
    }
}
