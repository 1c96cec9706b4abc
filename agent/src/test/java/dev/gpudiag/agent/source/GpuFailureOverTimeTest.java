package dev.gpudiag.agent.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.metrics.MetricsPage;
import dev.gpudiag.agent.metrics.NodeCollector;
import dev.gpudiag.agent.sampling.SamplingLoop;
import dev.gpudiag.agent.simulation.Scenario;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.nvml.Nvml;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.SampleHistory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A GPU that fails while the agent samples, and comes back: through real library calls, one round after the other. */
class GpuFailureOverTimeTest {

    private static final Path SIMULATOR = Path.of(System.getProperty("gpudiag.simulator"));
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final double TIME_SCALE = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    /** A healthy node with something more, that is sampled round by round. */
    private final class Node implements AutoCloseable {

        private final Path file = folder.resolve("node.scenario");
        private final String healthy;
        private final SimulatedSource source;
        private final SamplingLoop loop;
        private final MetricsPage page;
        private final SamplingLoop[] started = new SamplingLoop[1];

        Node(String more) throws IOException {
            healthy = Files.readString(SIMULATOR.resolve("scenarios/healthy-h100x8.scenario"));
            Files.writeString(file, healthy + more);
            source = new SimulatedSource(Scenario.read(file), SIMULATOR, TIME_SCALE, SECOND);
            source.watchXids();
            page = new MetricsPage(new NodeCollector(
                    () -> Optional.ofNullable(started[0]).flatMap(SamplingLoop::report),
                    Instant::now,
                    "test",
                    MemoryGrowth.none(),
                    () -> started[0].kernelLog().value()));
            loop = new SamplingLoop(
                    source,
                    new SampleHistory(Duration.ofHours(1), SECOND),
                    MemoryGrowth.none(),
                    new CheckRunner(CheckCatalog.all()),
                    Settings.defaults(),
                    Optional.empty(),
                    SECOND,
                    Duration.ofMillis(500));
            loop.listen(report -> page.render());
            started[0] = loop;
        }

        /** Rounds until the report is as wanted. */
        Report until(String what, Predicate<Report> wanted) {
            long end = System.nanoTime() + PATIENCE.toNanos();
            do {
                loop.tick();
                if (wanted.test(report())) {
                    return report();
                }
            } while (System.nanoTime() < end);
            throw new AssertionError("not seen in time: " + what + "\n" + findings(report()));
        }

        Report report() {
            return loop.report().orElseThrow();
        }

        void rewrite(String more) throws IOException {
            Files.writeString(file, healthy + more);
        }

        /** Values of a metric of one GPU. */
        List<String> series(String metric, int gpu) {
            return new String(page.text(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(metric + "{") && line.contains("gpu=\"" + gpu + "\""))
                    .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                    .toList();
        }

        @Override
        public void close() {
            loop.close();
        }
    }

    private static Predicate<Report> state(int gpu, GpuCondition.State state) {
        return report -> report.sample().gpus().size() > gpu
                && report.sample().gpus().get(gpu).condition().state() == state;
    }

    private static List<String> findings(Report report) {
        return report.results().stream()
                .flatMap(result -> result.findings().stream()
                        .filter(finding -> finding.status() != Status.OK)
                        .map(finding -> result.id() + " " + finding.status() + " "
                                + finding.subject().describe() + ": " + finding.seen()))
                .toList();
    }

    private static List<Finding> roots(Report report) {
        return report.results().stream()
                .map(CheckResult::findings)
                .flatMap(List::stream)
                .filter(finding ->
                        finding.status().isProblem() && finding.causedBy().isEmpty())
                .toList();
    }

    @Test
    void aGpuThatIsLostIsOneCauseWithoutStaleSeriesAndIsWellAgainAfterItsReset() throws IOException {
        try (Node node = new Node("""

                [gpu 3]
                lost = at 50s

                [event gpu:3]
                at   = 50s
                type = xid
                data = 79

                [kernel_log]
                50s = NVRM: Xid (PCI:0000:5d:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.
                """)) {
            Report before = node.until("a healthy node", state(3, GpuCondition.State.ANSWERING));
            assertThat(before.verdict()).isEqualTo(Status.OK);
            assertThat(node.series("gpudiag_gpu_temperature_celsius", 3)).isNotEmpty();

            Report lost = node.until(
                    "lost, and told by the kernel",
                    state(3, GpuCondition.State.LOST)
                            .and(report -> report.result("xid").orElseThrow().status() == Status.CRITICAL));
            assertThat(roots(lost))
                    .as(findings(lost).toString())
                    .singleElement()
                    .satisfies(root -> {
                        assertThat(root.rule()).contains("xid.fallen_off_bus");
                        assertThat(root.subject().describe()).isEqualTo("gpu 3");
                    });
            assertThat(node.series("gpudiag_gpu_up", 3)).containsExactly("0.0");
            assertThat(node.series("gpudiag_sample_age_seconds", 3)).hasSize(1);
            assertThat(node.series("gpudiag_gpu_temperature_celsius", 3)).isEmpty();
            assertThat(node.series("gpudiag_gpu_memory_used_bytes", 3)).isEmpty();
            for (int other = 0; other < 8; other++) {
                if (other != 3) {
                    assertThat(node.series("gpudiag_gpu_up", other)).containsExactly("1.0");
                    assertThat(node.series("gpudiag_gpu_temperature_celsius", other))
                            .isNotEmpty();
                }
            }

            node.rewrite("");
            Report again = node.until("the GPU answers again", state(3, GpuCondition.State.ANSWERING));
            assertThat(again.verdict()).as(findings(again).toString()).isEqualTo(Status.INFO);
            assertThat(again.result("xid").orElseThrow().summary()).contains("over: ");
            assertThat(node.series("gpudiag_gpu_temperature_celsius", 3)).isNotEmpty();
            assertThat(node.series("gpudiag_gpu_xid_errors_total", 3))
                    .as("told by NVML and the log")
                    .containsExactly("1.0");
        }
    }

    @Test
    void aGpuThatAnswersOnlySomeCallsKeepsTheOtherSeriesAndIsNotOk() throws IOException {
        try (Node node = new Node("""

                [gpu 5]
                return.nvmlDeviceGetTemperature = 999 at 50s
                return.nvmlDeviceGetTemperatureV = 999 at 50s
                """)) {
            assertThat(node.until("a healthy node", state(5, GpuCondition.State.ANSWERING))
                            .verdict())
                    .isEqualTo(Status.OK);
            Report some = node.until(
                    "no temperature",
                    report -> report.result("temperature").orElseThrow().status() == Status.UNKNOWN);
            assertThat(some.verdict()).isEqualTo(Status.UNKNOWN);
            assertThat(some.result("ecc").orElseThrow().status()).isEqualTo(Status.OK);
            assertThat(node.series("gpudiag_gpu_up", 5)).containsExactly("1.0");
            assertThat(node.series("gpudiag_gpu_memory_used_bytes", 5)).hasSize(1);
            assertThat(node.series("gpudiag_gpu_temperature_celsius{sensor=\"gpu\"}", 5))
                    .isEmpty();
            assertThat(node.series("gpudiag_gpu_temperature_celsius", 4)).isNotEmpty();

            node.rewrite("");
            assertThat(node.until("all calls again", report -> report.verdict() == Status.OK)
                            .verdict())
                    .isEqualTo(Status.OK);
        }
    }

    @Test
    void anEventWaitThatComesBackLateHoldsNoGpuAndItsXidIsToldAfterwards() throws Exception {
        try (Node node = new Node("""

                [driver]
                slow.nvmlEventSetWait_v2 = 3s

                [event gpu:2]
                at   = 5s
                type = xid
                data = 48
                """)) {
            for (int round = 0; round < 5; round++) {
                node.loop.tick();
                assertThat(node.report().sample().gpus())
                        .hasSize(8)
                        .allMatch(gpu -> gpu.condition().isAnswering());
                assertThat(node.series("gpudiag_gpu_xid_errors_total", 2)).isEmpty();
            }

            Report told = node.until(
                    "the Xid that NVML tells",
                    report -> report.result("xid").orElseThrow().summary().contains("Xid 48"));
            assertThat(told.sample().gpus()).allMatch(gpu -> gpu.condition().isAnswering());
            assertThat(node.series("gpudiag_gpu_xid_errors_total", 2)).containsExactly("1.0");
        }
        awaitTheLibrary();
    }

    /** Until the last wait for events has come back: only then is the library let go of. */
    private static void awaitTheLibrary() throws Exception {
        Path library = SIMULATOR.resolve("libnvidia-ml.so.1");
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (Nvml free = Nvml.open(library)) {
                assertThat(free).isNotNull();
                return;
            } catch (IllegalStateException e) {
                assertThat(System.nanoTime()).as(e.getMessage()).isLessThan(end);
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }
}
