package dev.gpudiag.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** A page stays within its limits whatever the driver says, and tells what it left out. */
class SeriesLimitTest {

    private static final int GPUS = 16;
    private static final int MIG_DEVICES = 4;
    private static final int PROCESSES = 300;
    private static final int LIMIT = 100;
    private static final long MEBI = 1L << 20;

    @Test
    void aNodeOf64MigInstancesAnd300ProcessesKeepsInsideItsLimitAndSaysWhatItDropped() {
        String page = crowded().page(options(LIMIT, 20_000));

        assertThat(count(page, "gpudiag_process_memory_used_bytes")).isEqualTo(LIMIT);
        assertThat(count(page, "gpudiag_workload_memory_used_bytes")).isEqualTo(LIMIT);
        assertThat(count(page, "gpudiag_mig_memory_used_bytes")).isEqualTo(GPUS * MIG_DEVICES);
        assertThat(count(page, "DCGM_FI_DEV_FB_USED")).isEqualTo(300); // a series for each pod that shares an instance
        assertThat(page)
                .contains("gpudiag_dropped_series_total{reason=\"processes\"} 200.0\n")
                .contains("gpudiag_dropped_series_total{reason=\"workloads\"} 200.0\n")
                .contains("gpudiag_dropped_series_total{reason=\"page\"} 0.0\n");
    }

    @Test
    void thoseThatHoldMostAreShown() {
        String page = crowded().page(options(LIMIT, 20_000));

        assertThat(page).contains("pid=\"1299\"").contains("pid=\"1200\"").doesNotContain("pid=\"1199\"");
    }

    @Test
    void aPageThatIsFullKeepsWhatMattersMostAndTellsThatItIsFull() {
        String page = crowded().page(options(LIMIT, 500));

        long series = page.lines()
                .filter(line -> !line.startsWith("#"))
                .filter(line -> !line.startsWith("gpudiag_dropped") && !line.startsWith("gpudiag_http"))
                .count();
        assertThat(series).isEqualTo(500 + 1); // and what gpudiag is
        assertThat(count(page, "gpudiag_gpu_up")).isEqualTo(GPUS);
        assertThat(page)
                .containsPattern("gpudiag_dropped_series_total\\{reason=\"page\"} [1-9]")
                .doesNotContain("DCGM_FI_DEV_GPU_UTIL");
    }

    @Test
    void theCounterGrowsWithEachPageAndTheGaugeDoesNot() {
        AgentFigures figures = new AgentFigures();
        crowded().page(options(LIMIT, 20_000), figures);

        assertThat(crowded().page(options(LIMIT, 20_000), figures))
                .contains("gpudiag_dropped_series_total{reason=\"processes\"} 400.0\n")
                .contains("gpudiag_dropped_series_now{reason=\"processes\"} 200.0\n");
    }

    @Test
    void nobodyWhoDidNotAskGetsProcessesOrWorkloads() {
        String page = crowded().page(MetricOptions.STANDARD);

        assertThat(page)
                .doesNotContain("gpudiag_process_")
                .doesNotContain("gpudiag_workload_")
                .doesNotContain("DCGM_")
                .contains("gpudiag_dropped_series_total{reason=\"processes\"} 0.0\n");
    }

    @Test
    void twoThingsThatADriverGivesTheSameIdsDoNotBreakThePage() {
        CrowdedNode node =
                new CrowdedNode().gpu(0, List.of(CrowdedNode.mig(0, 0, 1), CrowdedNode.mig(0, 1, 1)), List.of());

        assertThat(node.page(options(LIMIT, 20_000)))
                .contains("gpudiag_gpu_up{gpu=\"0\",uuid=\"GPU-0\"} 1.0\n")
                .containsPattern("gpudiag_dropped_series_total\\{reason=\"duplicate\"} [1-9]");
    }

    @Test
    void aNameThatIsLongOrHasLinesInItIsCutAndEscaped() {
        String name = "a\n# TYPE b gauge\nb 1\n" + "x".repeat(5000);
        CrowdedNode node = new CrowdedNode()
                .gpu(
                        0,
                        List.of(),
                        List.of(new ComputeProcess(
                                7,
                                ComputeProcess.Type.COMPUTE,
                                Optional.of(name),
                                OptionalInt.empty(),
                                OptionalInt.empty(),
                                Reading.of(1L, "test"),
                                Reading.notRead("test"))));

        String page = node.page(options(LIMIT, 20_000));

        assertThat(page.lines()).allMatch(line -> line.length() < 400).noneMatch(line -> line.equals("b 1"));
        assertThat(page).contains("process_name=\"a\\n# TYPE b gauge\\nb 1\\nxxx");
    }

    private static CrowdedNode crowded() {
        CrowdedNode node = new CrowdedNode();
        List<List<ComputeProcess>> byGpu = new ArrayList<>();
        for (int gpu = 0; gpu < GPUS; gpu++) {
            byGpu.add(new ArrayList<>());
        }
        for (int i = 0; i < PROCESSES; i++) {
            int device = i % (GPUS * MIG_DEVICES);
            long pid = 1000L + i;
            byGpu.get(device / MIG_DEVICES).add(CrowdedNode.process(pid, device % MIG_DEVICES + 1, (i + 1) * MEBI));
            node.pod(pid, "team", "pod-" + i, "main");
        }
        for (int gpu = 0; gpu < GPUS; gpu++) {
            node.gpu(gpu, MIG_DEVICES, byGpu.get(gpu).toArray(ComputeProcess[]::new));
        }
        return node;
    }

    private static MetricOptions options(int workloadSeries, int series) {
        return new MetricOptions(true, true, workloadSeries, true, true, series, Optional.empty());
    }

    private static long count(String page, String name) {
        return page.lines().filter(line -> line.startsWith(name + "{")).count();
    }
}
