package dev.gpudiag.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the agent tells of itself. */
class AgentFiguresTest {

    private final AgentFigures figures = new AgentFigures();

    @Test
    void requestsAreCountedByRouteAndCode() {
        figures.http().begun();
        figures.http().begun();
        figures.http().begun();
        figures.http().ended("/metrics", 200, Duration.ofMillis(250));
        figures.http().ended("/metrics", 200, Duration.ofMillis(250));

        assertThat(new CrowdedNode().page(MetricOptions.STANDARD, figures))
                .contains("gpudiag_http_requests_total{code=\"200\",route=\"/metrics\"} 2.0\n")
                .contains("gpudiag_http_request_seconds_total{route=\"/metrics\"} 0.5\n")
                .contains("gpudiag_http_requests_in_flight 1.0\n");
    }

    @Test
    void connectionsThatWereEndedAreCountedByReason() {
        figures.http().connectionEnded(HttpRequests.Ended.SLOW);
        figures.http().connectionEnded(HttpRequests.Ended.SLOW);

        assertThat(new CrowdedNode().page(MetricOptions.STANDARD, figures))
                .contains("gpudiag_http_connections_ended_total{reason=\"slow\"} 2.0\n")
                .contains("gpudiag_http_connections_ended_total{reason=\"too_many\"} 0.0\n");
    }

    @Test
    void routesThatAClientMakesUpDoNotGrowThePage() {
        for (int i = 0; i < 5000; i++) {
            figures.http().begun();
            figures.http().ended("/" + i, i, Duration.ZERO);
        }

        String page = new CrowdedNode().page(MetricOptions.STANDARD, figures);

        assertThat(page.lines().filter(line -> line.startsWith("gpudiag_http_request_seconds_total{")))
                .hasSizeLessThanOrEqualTo(HttpRequests.MOST_ROUTES + 1);
        assertThat(page.lines().filter(line -> line.startsWith("gpudiag_http_requests_total{")))
                .hasSizeLessThan(700);
    }

    @Test
    void aReloadIsToldOnceThereWasOne() {
        assertThat(new CrowdedNode().page(MetricOptions.STANDARD, figures)).doesNotContain("gpudiag_config");

        figures.configurationRead(false, Instant.ofEpochSecond(1000));

        assertThat(new CrowdedNode().page(MetricOptions.STANDARD, figures))
                .contains("gpudiag_config_last_reload_successful 0.0\n")
                .contains("gpudiag_config_last_reload_timestamp_seconds 1000.0\n");
    }

    @Test
    void aSampleThatIsSeenTwiceCountsOnceAndEachRoundWithoutOneIsAFailure() {
        CrowdedNode node = new CrowdedNode().gpu(0, 0);
        figures.samples().see(node.sample());
        figures.samples().see(node.sample());
        SimulatedReport lost = SimulatedReport.of("gpu-lost");
        MetricsPage page = lost.page(MetricOptions.STANDARD, figures);
        figures.samples().see(lost.report().sample());
        page.render();

        assertThat(figures.samples().of(node.sample().gpus().getFirst()).samples())
                .isEqualTo(1);
        assertThat(new String(page.text(), StandardCharsets.UTF_8))
                .containsPattern("gpudiag_sample_failures_total\\{condition=\"lost\",gpu=\"3\"[^}]*} 2.0\n")
                .contains("gpudiag_gpus_expected 8.0\n");
    }

    @Test
    void aRoundAndItsChecksTellHowLongTheyTook() {
        SimulatedReport node = SimulatedReport.of("t4");
        figures.samples().roundTook(Duration.ofMillis(250));
        figures.checks().accept("ecc", Duration.ofMillis(2));
        figures.checks().accept("turned-off-since", Duration.ofMillis(3));

        assertThat(new String(node.page(MetricOptions.STANDARD, figures).text(), StandardCharsets.UTF_8))
                .contains("gpudiag_round_duration_seconds 0.25\n")
                .contains("gpudiag_check_duration_seconds{check=\"ecc\"} 0.002\n")
                .doesNotContain("turned-off-since");
    }

    @Test
    void whatIsShownChangesWithTheConfigurationFromTheNextPageOn() {
        SimulatedReport node = SimulatedReport.of("t4");
        NodeCollector collector =
                new NodeCollector(() -> Optional.of(node.report()), () -> SimulatedReport.NOW, "test");
        MetricsPage page = new MetricsPage(collector);
        page.render();
        assertThat(new String(page.text(), StandardCharsets.UTF_8)).doesNotContain("DCGM_FI_DEV_GPU_UTIL{");

        collector.show(new MetricOptions(false, false, 1, true, false, 10_000, Optional.empty()));
        page.render();

        assertThat(new String(page.text(), StandardCharsets.UTF_8)).contains("DCGM_FI_DEV_GPU_UTIL{");
    }

    @Test
    void theExpectedCountIsThatOfTheConfigurationWhereItHasOne() {
        MetricOptions options = new MetricOptions(false, false, 1, false, false, 1000, Optional.of(16));

        assertThat(new CrowdedNode().gpu(0, 0).page(options, figures)).contains("gpudiag_gpus_expected 16.0\n");
    }

    @Test
    void theProcessAndItsJvmAreThere() {
        MetricsPage page =
                new MetricsPage(() -> ProcessMetricsRegistry.ofThisProcess().scrape());
        page.render();

        assertThat(new String(page.text(), StandardCharsets.UTF_8))
                .contains("process_cpu_seconds_total ")
                .contains("process_resident_memory_bytes ")
                .contains("process_open_fds ")
                .contains("jvm_memory_used_bytes{area=\"heap\",id=")
                .contains("jvm_threads_live_threads ");
    }
}
