package dev.gpudiag.agent.source;

import static dev.gpudiag.agent.source.FaultyAgent.node;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.sampling.DriverRelease;
import dev.gpudiag.agent.sampling.DriverRelease.Hold;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.DriverPhase;
import dev.gpudiag.telemetry.GpuCondition.State;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent lets go of every handle on request, raises no alarm meanwhile, and comes back by itself. */
class ReleaseTest {

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration LONG = Duration.ofMinutes(10);

    @TempDir
    private Path folder;

    @Test
    void everyHandleIsGoneWhileTheDriverIsReleasedAndItComesBackByItselfWithoutAnAlarm() throws Exception {
        try (FaultyAgent agent = new FaultyAgent(folder, "")) {
            Report before = agent.untilWell(4);
            assertThat(openNodes()).as("nvidiactl and four GPUs").hasSize(5);
            assertThat(agent.openHandles()).as("nvmlInit, the watch for Xids").isPositive();
            List<Status> verdicts = agent.verdictsFromNowOn();
            DriverRelease release = agent.sampler().release();

            release.release(Duration.ofSeconds(3), "user root (uid 0)");
            DriverRelease.State state = release.awaitLetGo(PATIENCE);

            assertThat(state.hold()).isEqualTo(Hold.RELEASED);
            assertThat(openNodes()).isEmpty();
            assertThat(agent.openHandles()).isZero();
            Report released = agent.untilPhase(DriverPhase.RELEASED);
            assertThat(released.result("driver").orElseThrow().status()).isEqualTo(Status.SKIPPED);
            assertThat(released.result("temperature").orElseThrow().summary())
                    .matches("released until \\d\\d:\\d\\d:\\d\\d by user root \\(uid 0\\)");
            assertThat(agent.scrape())
                    .doesNotContain("gpudiag_gpu_up{", "gpudiag_sample_age_seconds{", "gpudiag_driver_up ")
                    .contains("gpudiag_driver_state{state=\"released\"} 1.0");

            agent.untilWell(4);
            assertThat(openNodes()).hasSize(5);
            assertThat(verdicts)
                    .as("what was said from the release to the return")
                    .isNotEmpty()
                    .allMatch(verdict -> !verdict.isProblem() || verdict == before.verdict());
        }
    }

    @Test
    void aModuleThatIsTakenAwayAndPutBackWithinAReleaseIsNoAlarm() throws Exception {
        try (FaultyAgent agent = new FaultyAgent(folder, "")) {
            Report before = agent.untilWell(4);
            List<Status> verdicts = agent.verdictsFromNowOn();
            agent.sampler().release().release(LONG, "root");
            agent.untilPhase(DriverPhase.RELEASED);

            agent.unloadModule();
            agent.until("a round without a module", report -> true);
            agent.until("and another", report -> true);
            agent.loadModule(FaultyAgent.VERSION);
            agent.sampler().release().end();

            agent.untilWell(4);
            assertThat(verdicts).allMatch(verdict -> !verdict.isProblem() || verdict == before.verdict());
        }
    }

    @Test
    void theEndOfAReleaseBringsTheDriverBackAtOnce() throws Exception {
        try (FaultyAgent agent = new FaultyAgent(folder, "")) {
            agent.untilWell(4);
            agent.sampler().release().release(LONG, "root");
            agent.untilPhase(DriverPhase.RELEASED);

            assertThat(agent.sampler().release().end().hold()).isEqualTo(Hold.HELD);

            agent.untilWell(4);
        }
    }

    @Test
    void aCallThatDoesNotReturnIsNamedAndTheDriverIsLetGoOfOnceItDoes() throws Exception {
        try (FaultyAgent agent = new FaultyAgent(folder, "")) {
            agent.untilWell(4);
            agent.driver(node(4, "[gpu 2]\nstall.nvmlDeviceGetTemperature* = 0s..1h\n"));
            agent.until("gpu 2 silent", FaultyAgent.condition(2, State.UNRESPONSIVE));
            DriverRelease release = agent.sampler().release();

            release.release(LONG, "root");
            DriverRelease.State asked = release.awaitLetGo(Duration.ofSeconds(2));

            assertThat(asked.hold()).isEqualTo(Hold.LETTING_GO);
            agent.until("it is said", report -> release.state().text().contains("of GPU 2"));
            assertThat(release.state().text())
                    .startsWith("letting go until ")
                    .contains(" by root: waits for nvmlDeviceGetTemperature");

            agent.driver(node(4, ""));
            assertThat(release.awaitLetGo(PATIENCE).hold()).isEqualTo(Hold.RELEASED);
            assertThat(openNodes()).isEmpty();
        }
    }

    @Test
    void anInitialisationThatComesBackWithinAReleaseIsLetGoOf() throws Exception {
        try (FaultyAgent agent = new FaultyAgent(folder, "[driver]\nstall.nvmlInit* = 0s..1h\n")) {
            agent.untilPhase(DriverPhase.HUNG);
            DriverRelease release = agent.sampler().release();
            release.release(LONG, "root");
            agent.untilPhase(DriverPhase.RELEASED);
            assertThat(release.state().text()).contains("waits for nvmlInit_v2");

            agent.driver(node(4, ""));

            assertThat(release.awaitLetGo(PATIENCE).hold()).isEqualTo(Hold.RELEASED);
            assertThat(openNodes()).isEmpty();
            release.end();
            agent.untilWell(4);
        }
    }

    @Test
    void aProgramThatNeedsTheDriverGetsIt() throws Exception {
        try (FaultyAgent agent = new FaultyAgent(folder, "")) {
            agent.untilWell(4);

            agent.host("proc/4711/comm", "modprobe\n");
            agent.host("proc/4711/cmdline", "modprobe\0-r\0nvidia_uvm\0nvidia\0");

            Report released = agent.untilPhase(DriverPhase.RELEASED);
            assertThat(released.sample().driver().nvml().describe())
                    .endsWith("by itself: modprobe -r nvidia_uvm nvidia (pid 4711) was seen");
        }
    }

    @Test
    void aGpuThatIsToChangeItsMigModeIsLetGoOfForItsReset() throws Exception {
        String mig = "[gpu 1]\nmig.mode.current = disabled\nmig.mode.pending = %s\n";
        try (FaultyAgent agent = new FaultyAgent(folder, mig.formatted("disabled"))) {
            agent.untilWell(4);

            agent.driver(node(4, mig.formatted("enabled")));

            assertThat(agent.untilPhase(DriverPhase.RELEASED)
                            .sample()
                            .driver()
                            .nvml()
                            .describe())
                    .endsWith("by itself: GPU 1 is to enter MIG mode with its next reset");
        }
    }

    @Test
    void aChangeOfMigModeThatHasWaitedForLongReleasesNothing() throws Exception {
        try (FaultyAgent agent =
                new FaultyAgent(folder, "[gpu 1]\nmig.mode.current = disabled\nmig.mode.pending = enabled\n")) {
            agent.untilWell(4);
            agent.until("another round", report -> true);
            agent.until("and another", report -> true);

            assertThat(agent.phase()).isEqualTo(DriverPhase.READY);
        }
    }

    /** What a process that has the simulated driver open has open of its devices. */
    private static List<String> openNodes() throws IOException {
        List<String> nodes = new ArrayList<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.isSymbolicLink(descriptor)) {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (target.startsWith("/memfd:nvidia")) {
                        nodes.add(target);
                    }
                }
            }
        }
        return nodes;
    }
}
