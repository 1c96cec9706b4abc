package dev.gpudiag.agent.source;

import static dev.gpudiag.agent.source.FaultyAgent.INTERVAL;
import static dev.gpudiag.agent.source.FaultyAgent.VERSION;
import static dev.gpudiag.agent.source.FaultyAgent.condition;
import static dev.gpudiag.agent.source.FaultyAgent.node;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.DriverPhase;
import dev.gpudiag.telemetry.GpuCondition.State;
import dev.gpudiag.telemetry.HostQuantities;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the agent does while its driver misbehaves: one row per fault. The GPUs that can answer stay fresh, scrapes are
 * answered from memory, nothing is shown that was not read, and when the fault ends the agent is well by itself.
 */
class FaultMatrixTest {

    private static final Duration FRESH = INTERVAL.multipliedBy(3);
    private static final Duration FAST_SCRAPE = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String STALLED_GPU = "[gpu 2]\nstall.nvmlDeviceGetTemperature* = 0s..1h\n";
    private static final String ONE_LOCK = STALLED_GPU + "[driver]\none_lock = yes\n";
    private static final String MIG = """
            [gpu 1]
            mig.mode.current = enabled
            mig.mode.pending = enabled
            mig.max = 7
            [mig 1:%d]
            profile = %dg.10gb
            gpu_instance = %1$d
            compute_instance = 0
            uuid = MIG-%1$d
            memory_total = 10Gi
            memory_used = 2Gi
            placement = 0:1
            """;

    @TempDir
    private Path folder;

    interface Step {
        void on(FaultyAgent agent) throws Exception;
    }

    /**
     * A row.
     *
     * @param gpus on the node in the end
     * @param start what the scenario says from the start, beside four healthy GPUs
     * @param strikes how it comes, until it is seen
     * @param answering the GPUs that can answer meanwhile
     * @param ends how it ends
     */
    record Fault(int gpus, String start, Step strikes, Set<Integer> answering, Step ends) {}

    static Stream<Arguments> faults() {
        return Stream.of(
                row(
                        "initialisation that hangs, and comes back",
                        new Fault(
                                4,
                                "[driver]\nstall.nvmlInit* = 0s..1h\n",
                                agent -> {
                                    agent.untilPhase(DriverPhase.HUNG);
                                    assertThat(agent.report()
                                                    .result("driver")
                                                    .orElseThrow()
                                                    .summary())
                                            .contains("nvmlInit");
                                },
                                Set.of(),
                                agent -> agent.driver(node(4, "")))),
                row(
                        "a GPU that hangs in one call",
                        new Fault(
                                4,
                                "",
                                agent -> {
                                    agent.driver(node(4, STALLED_GPU));
                                    agent.until("gpu 2 silent", condition(2, State.UNRESPONSIVE));
                                    assertThat(agent.phase()).isEqualTo(DriverPhase.READY);
                                },
                                Set.of(0, 1, 3),
                                agent -> agent.driver(node(4, "")))),
                row(
                        "one call that hangs with the driver's lock, and blocks all GPUs",
                        new Fault(
                                4,
                                "",
                                agent -> {
                                    agent.driver(node(4, ONE_LOCK));
                                    agent.untilPhase(DriverPhase.HUNG);
                                },
                                Set.of(),
                                agent -> agent.driver(node(4, "")))),
                row(
                        "a driver that is loaded after the agent started",
                        new Fault(
                                4,
                                "",
                                agent -> {
                                    agent.unloadModule();
                                    agent.untilPhase(DriverPhase.NOT_LOADED);
                                },
                                Set.of(),
                                agent -> agent.loadModule(VERSION))),
                row(
                        "a driver that is upgraded while it runs",
                        new Fault(
                                4,
                                "",
                                agent -> {
                                    int before = agent.opened();
                                    agent.driver(node(4, "570.86.15", ""));
                                    agent.loadModule("570.86.15");
                                    agent.until(
                                            "the new driver",
                                            report -> report.sample()
                                                    .driver()
                                                    .get(HostQuantities.DRIVER_VERSION)
                                                    .value()
                                                    .filter("570.86.15"::equals)
                                                    .isPresent());
                                    assertThat(agent.opened()).isEqualTo(before + 1);
                                },
                                Set.of(),
                                agent -> {})),
                row(
                        "library and module that mismatch after an upgrade",
                        new Fault(
                                4,
                                "",
                                agent -> {
                                    agent.driver(node(4, "[driver]\nreturn.nvmlInit* = 18\n"));
                                    agent.loadModule("570.86.15");
                                    agent.untilPhase(DriverPhase.MISMATCH);
                                    assertThat(agent.report()
                                                    .result("driver")
                                                    .orElseThrow()
                                                    .summary())
                                            .contains("version mismatch", "570.86.15");
                                },
                                Set.of(),
                                agent -> {
                                    agent.driver(node(4, ""));
                                    agent.loadModule(VERSION);
                                })),
                row(
                        "MIG that is reconfigured",
                        new Fault(
                                4,
                                MIG.formatted(1, 1),
                                agent -> {
                                    agent.until("the first", report -> isMig(agent, "profile=\"1g.10gb\""));
                                    agent.driver(node(4, MIG.formatted(3, 2)));
                                    agent.until("the other", report -> isMig(agent, "profile=\"2g.10gb\""));
                                    assertThat(agent.scrape()).doesNotContain("profile=\"1g.10gb\"");
                                },
                                Set.of(0, 1, 2, 3),
                                agent -> agent.driver(node(4, "")))),
                row(
                        "a GPU that is added",
                        new Fault(5, "", agent -> agent.driver(node(5, "")), Set.of(0, 1, 2, 3), agent -> {})),
                row(
                        "a GPU that is removed",
                        new Fault(
                                4,
                                "",
                                agent -> {
                                    agent.driver(node(3, ""));
                                    agent.until("gpu 3 is missed", condition(3, State.LOST));
                                    assertThat(series(agent.scrape(), "gpudiag_gpu_up", 3))
                                            .containsExactly(0.0);
                                },
                                Set.of(0, 1, 2),
                                agent -> agent.driver(node(4, "")))),
                row(
                        "a clock that is set forward by an hour",
                        new Fault(
                                4,
                                "",
                                agent -> agent.jumpWallClock(Duration.ofHours(1)),
                                Set.of(0, 1, 2, 3),
                                agent -> {})),
                row(
                        "a clock that is set back by a day",
                        new Fault(
                                4,
                                "",
                                agent -> agent.jumpWallClock(Duration.ofDays(-1)),
                                Set.of(0, 1, 2, 3),
                                agent -> {})));
    }

    private static Arguments row(String name, Fault fault) {
        return Arguments.of(org.junit.jupiter.api.Named.of(name, fault));
    }

    private static boolean isMig(FaultyAgent agent, String profile) {
        try {
            return agent.scrape().contains(profile);
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void theAgentSurvives(Fault fault) throws Exception {
        try (FaultyAgent agent = new FaultyAgent(folder, fault.start())) {
            if (fault.start().isEmpty()) {
                agent.untilWell(4);
            }

            fault.strikes().on(agent);

            assertHonest(agent, fault.answering(), 4);
            assertThat(agent.fastestScrape()).isLessThan(FAST_SCRAPE);
            assertThat(agent.get("/").statusCode()).isEqualTo(200);
            assertThat(agent.get("/healthz").statusCode()).isEqualTo(200);
            assertNoPileOfThreads();

            fault.ends().on(agent);

            agent.untilWell(fault.gpus());
            assertHonest(agent, IntStream.range(0, fault.gpus()).boxed().collect(Collectors.toSet()), fault.gpus());
        }
    }

    /** Fresh, moving and true of those that answer; nothing of the others. */
    private static void assertHonest(FaultyAgent agent, Set<Integer> answering, int gpus) throws Exception {
        String before = agent.scrape();
        TimeUnit.MILLISECONDS.sleep(INTERVAL.multipliedBy(2).toMillis());
        for (int gpu = 0; gpu < gpus; gpu++) {
            if (answering.contains(gpu)) {
                assertFresh(agent, gpu, before);
            } else if (!answering.isEmpty() || agent.phase() != DriverPhase.READY) {
                String page = agent.scrape();
                for (String metric : List.of(
                        "gpudiag_gpu_temperature_celsius",
                        "gpudiag_gpu_energy_joules_total",
                        "gpudiag_gpu_memory_used_bytes")) {
                    assertThat(series(page, metric, gpu))
                            .as(metric + " of gpu " + gpu)
                            .isEmpty();
                }
            }
        }
    }

    /** Within some tries, since other work on the machine is no fault of the agent's. */
    private static void assertFresh(FaultyAgent agent, int gpu, String before) throws Exception {
        List<Double> energies = series(before, "gpudiag_gpu_energy_joules_total", gpu);
        double start = energies.isEmpty() ? 0 : energies.getFirst();
        long end = System.nanoTime() + PATIENCE.toNanos();
        Duration age;
        String page;
        do {
            TimeUnit.MILLISECONDS.sleep(20);
            age = agent.age(gpu);
            page = agent.scrape();
        } while ((age.compareTo(FRESH) >= 0
                        || !series(page, "gpudiag_gpu_energy_joules_total", gpu).stream()
                                .allMatch(joules -> joules != start)
                        || series(page, "gpudiag_sample_age_seconds", gpu).stream()
                                .anyMatch(FaultMatrixTest::isOld))
                && System.nanoTime() < end);
        assertThat(age).as("age of gpu " + gpu).isLessThan(FRESH).isGreaterThan(Duration.ofSeconds(-1));
        assertThat(series(page, "gpudiag_sample_age_seconds", gpu)).noneMatch(FaultMatrixTest::isOld);
        assertThat(series(page, "gpudiag_gpu_up", gpu)).containsExactly(1.0);
        assertThat(series(page, "gpudiag_gpu_temperature_celsius", gpu)).containsExactly(40.0 + gpu);
        assertThat(series(page, "gpudiag_gpu_energy_joules_total", gpu))
                .as("energy of gpu " + gpu + " goes on from " + start)
                .singleElement()
                .isNotEqualTo(start);
    }

    private static boolean isOld(double seconds) {
        return seconds * 1000 >= FRESH.toMillis();
    }

    /** The values of a metric of one GPU. */
    private static List<Double> series(String page, String metric, int gpu) {
        Matcher line = Pattern.compile("(?m)^" + metric + "\\{[^}]*gpu=\"" + gpu + "\"[^}]*} (\\S+)$")
                .matcher(page);
        List<Double> values = new ArrayList<>();
        while (line.find()) {
            values.add(Double.valueOf(line.group(1)));
        }
        return values;
    }

    /** At most one thread per GPU and family of calls. */
    private static void assertNoPileOfThreads() {
        List<String> families = Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("gpudiag-") && !name.equals("gpudiag-sampling"))
                .map(name -> name.replaceFirst("-\\d+$", ""))
                .toList();
        assertThat(families).doesNotHaveDuplicates();
    }

    @Test
    void everythingHungForTenMinutesLeavesScrapesPagesAndShutdownAlone() throws Exception {
        // the scenario's ten minutes pass in ten seconds
        FaultyAgent agent = new FaultyAgent(folder, node(4, "[driver]\nstall = 120s..720s\n"), 60);
        try (agent) {
            agent.untilWell(4);
            agent.untilPhase(DriverPhase.HUNG);
            long rounds = 0;
            while (agent.phase() == DriverPhase.HUNG) {
                assertThat(agent.fastestScrape()).isLessThan(FAST_SCRAPE);
                assertThat(agent.get("/").statusCode()).isEqualTo(200);
                assertThat(agent.get("/healthz").statusCode()).isEqualTo(200);
                assertNoPileOfThreads();
                String page = agent.scrape();
                if (agent.phase() == DriverPhase.HUNG) { // not of the round that has just found it well again
                    assertThat(series(page, "gpudiag_gpu_temperature_celsius", 0))
                            .isEmpty();
                }
                rounds++;
                TimeUnit.MILLISECONDS.sleep(100);
            }
            assertThat(rounds).as("looks at a driver that hung").isGreaterThan(5);
            agent.untilWell(4);
        }
    }

    @Test
    void anAgentWhoseDriverHangsEndsAtOnce() throws Exception {
        try (FaultyAgent agent = new FaultyAgent(folder, "")) {
            agent.untilWell(4);
            agent.driver(node(4, ONE_LOCK));
            agent.untilPhase(DriverPhase.HUNG);

            long start = System.nanoTime();
            agent.closeLoop();

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            agent.driver(node(4, ""));
        }
    }
}
