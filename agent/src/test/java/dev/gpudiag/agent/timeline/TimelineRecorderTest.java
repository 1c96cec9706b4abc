package dev.gpudiag.agent.timeline;

import static dev.gpudiag.agent.timeline.ProcessWatchTest.GPU;
import static dev.gpudiag.agent.timeline.ProcessWatchTest.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.state.StateHealth;
import dev.gpudiag.agent.state.StateWriter;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.kernellog.KernelLogParser;
import dev.gpudiag.checks.kernellog.LoggedEvent;
import dev.gpudiag.checks.kernellog.XidCatalogue;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimelineRecorderTest {

    private static final Duration KEPT = Duration.ofDays(7);

    @TempDir
    private Path folder;

    private Timeline timeline = Timeline.inMemory(() -> NOW.plusSeconds(3600), KEPT);
    private TimelineRecorder recorder = new TimelineRecorder(timeline, KEPT);

    private static NodeSample sample(long second, Reading<Boolean> nvml, String version, GpuCondition condition) {
        Instant at = NOW.plusSeconds(second);
        DriverState driver = new DriverState(
                nvml,
                Readings.builder()
                        .put(HostQuantities.DRIVER_VERSION, version, "nvml")
                        .build(),
                Reading.notRead(""),
                Reading.notRead(""));
        List<GpuSample> gpus = nvml.isPresent() ? List.of(GpuSample.withoutReadings(GPU, at, condition)) : List.of();
        return new NodeSample(at, SampleSource.live(), driver, gpus);
    }

    private static NodeSample well(long second) {
        return sample(second, Reading.of(true, "nvml"), "550", GpuCondition.answering());
    }

    private void see(NodeSample sample, CheckResult... results) {
        recorder.see(new Report(sample, List.of(results)), Reading.notRead(""));
    }

    private static CheckResult ecc(Status status) {
        return new CheckResult("ecc", status, "errors", List.of());
    }

    private List<String> texts() throws Exception {
        return timeline.events(EventQuery.all()).events().stream()
                .map(event -> event.kind().word() + " " + event.action() + ": " + event.text())
                .toList();
    }

    @Test
    void aCheckIsToldWhenItBeginsAndCeasesToComplain() throws Exception {
        see(well(0), ecc(Status.SKIPPED));
        see(well(1), ecc(Status.OK));
        see(well(2), ecc(Status.WARNING));
        see(well(3), ecc(Status.WARNING));
        see(well(4), ecc(Status.CRITICAL));
        see(well(5), ecc(Status.SKIPPED));
        see(well(6), ecc(Status.CRITICAL));
        see(well(7), ecc(Status.INFO));

        assertThat(texts())
                .containsExactly(
                        "check changed: ecc was OK and is WARNING: errors",
                        "check changed: ecc was WARNING and is CRITICAL: errors",
                        "check changed: ecc was CRITICAL and is INFO: errors");
    }

    @Test
    void aRestartTellsNoStatusThatHasNotChanged() throws Exception {
        see(well(0), ecc(Status.WARNING));
        recorder = new TimelineRecorder(timeline, KEPT);
        see(well(10), ecc(Status.WARNING));
        assertThat(texts()).hasSize(1);
        see(well(20), ecc(Status.OK));
        assertThat(texts()).hasSize(2);
    }

    @Test
    void theDriverIsToldWhenItGoesComesBackAndIsAnother() throws Exception {
        Reading<Boolean> gone = Reading.missing(Reading.Reason.FAILED, "nvmlInit_v2", "Driver Not Loaded", 9);
        see(well(0));
        see(sample(1, gone, "550", GpuCondition.answering()));
        see(sample(2, gone, "550", GpuCondition.answering()));
        see(sample(3, Reading.of(true, "nvml"), "580", GpuCondition.answering()));

        assertThat(texts())
                .containsExactly(
                        "driver gone: the driver does not answer (not loaded): Driver Not Loaded (9)",
                        "driver back: the driver answers again",
                        "driver changed: the driver was 550 and is 580");
    }

    @Test
    void aDriverThatWasLetGoOfOnRequestIsToldAsAReleaseAndNotAsGone() throws Exception {
        see(well(0));
        see(sample(
                1, Reading.missing(Reading.Reason.RELEASED, "gpudiag", "released"), "550", GpuCondition.answering()));
        see(well(2));
        assertThat(texts())
                .containsExactly(
                        "release released: the agent lets go of the driver: released",
                        "release ended: the agent takes the driver again");
    }

    @Test
    void aGpuThatIsLostAndComesBackIsTold() throws Exception {
        see(well(0));
        see(sample(1, Reading.of(true, "nvml"), "550", new GpuCondition(GpuCondition.State.LOST, "GPU is lost (15)")));
        see(well(2));
        assertThat(texts()).containsExactly("gpu gone: H100 is lost: GPU is lost (15)", "gpu back: H100 answers again");
    }

    private static LoggedEvent logged(String line, long second, OptionalLong sequence, String source) {
        return new LoggedEvent(
                new KernelLogParser(XidCatalogue.shipped()).read(0, line).orElseThrow(),
                Optional.of(NOW.plusSeconds(second)),
                sequence.isPresent() ? Optional.of("boot") : Optional.empty(),
                sequence,
                source);
    }

    private void log(LoggedEvent... events) {
        KernelLog log =
                new KernelLog("/dev/kmsg", Optional.empty(), Optional.empty(), List.of(events), List.of(), List.of());
        recorder.see(well(100), Reading.of(log, "/dev/kmsg"));
    }

    private static final String XID = "NVRM: Xid (PCI:0000:65:00): 31, pid=7, name=python3, Ch 0000003b";

    @Test
    void anXidIsToldOnceAlsoWhenNvmlThenTheLogThenARestartTellIt() throws Exception {
        see(well(0));
        LoggedEvent first = logged(XID, 10, OptionalLong.of(5), "/dev/kmsg");
        LoggedEvent same = logged(XID, 10, OptionalLong.of(6), "/dev/kmsg");
        log(first);
        log(first, same);
        log(first, same);
        recorder = new TimelineRecorder(timeline, KEPT);
        see(well(200));
        log(first, same, logged(XID, 11, OptionalLong.empty(), "/var/log/kern.log"));

        assertThat(texts())
                .containsExactly(
                        "xid logged: Xid 31: Ch 0000003b; python3 (pid 7)",
                        "xid logged: Xid 31: Ch 0000003b; python3 (pid 7)");
        TimelineEvent event = timeline.events(EventQuery.all()).events().getFirst();
        assertThat(event.subject()).contains("xid 31");
        assertThat(event.gpu()).contains(GPU);
        assertThat(event.at()).isEqualTo(NOW.plusSeconds(10));
    }

    @Test
    void theLogOfAYearAgoIsNoNews() throws Exception {
        see(well(0));
        log(logged(XID, -Duration.ofDays(365).toSeconds(), OptionalLong.of(1), "/dev/kmsg"));
        assertThat(texts()).isEmpty();
    }

    @Test
    void oneCheckThatFlapsForADayDoesNotPushOutTheRest() throws Exception {
        for (int second = 0; second < 3600; second++) {
            see(well(second), ecc(second % 2 == 0 ? Status.WARNING : Status.OK));
        }
        List<String> told = texts();
        assertThat(told).hasSizeBetween(EventLimit.BURST, EventLimit.BURST + 61);
        assertThat(told.getLast()).contains("such events before it left out");
    }

    @Test
    void aKilledAgentIsToldAtTheNextStartAndOneThatEndedIsNot() throws Exception {
        try (StateWriter writer = new StateWriter(new StateHealth())) {
            timeline = Timeline.in(folder, KEPT, () -> NOW.plusSeconds(3600), writer);
            recorder = new TimelineRecorder(timeline, KEPT);
            AgentRun killed = run(writer, "boot");
            killed.begin(NOW);
            killed.see(NOW.plusSeconds(120));
            assertThat(writer.await(Duration.ofSeconds(20))).isTrue();

            AgentRun ended = run(writer, "boot");
            ended.begin(NOW.plusSeconds(200));
            ended.end(NOW.plusSeconds(300));
            assertThat(writer.await(Duration.ofSeconds(20))).isTrue();
            run(writer, "boot").begin(NOW.plusSeconds(400));

            assertThat(texts())
                    .containsExactly(
                            "agent started: gpudiag 1.0 started",
                            "agent died: gpudiag 1.0 (pid "
                                    + ProcessHandle.current().pid()
                                    + ") ended without being asked to, after 2026-11-24T10:02:00Z: it was killed, or"
                                    + " crashed, in nvmlDeviceGetTemperature of GPU 3",
                            "agent started: gpudiag 1.0 started",
                            "agent stopped: gpudiag 1.0 stopped",
                            "agent started: gpudiag 1.0 started");
        }
    }

    @Test
    void aRebootEndsEveryProcessWhereItWasSeenLast() throws Exception {
        try (StateWriter writer = new StateWriter(new StateHealth())) {
            timeline = Timeline.in(folder, KEPT, () -> NOW.plusSeconds(3600), writer);
            recorder = new TimelineRecorder(timeline, KEPT);
            AgentRun first = run(writer, "boot");
            first.begin(NOW);
            recorder.resume(
                    List.of(FollowedProcess.seen(GPU, 7, NOW.plusSeconds(60)).asTold()));
            first.see(NOW.plusSeconds(120));
            assertThat(writer.await(Duration.ofSeconds(20))).isTrue();

            recorder = new TimelineRecorder(timeline, KEPT);
            run(writer, "another").begin(NOW.plusSeconds(500));

            assertThat(recorder.followed()).isEmpty();
            assertThat(texts()).hasSize(4);
            assertThat(texts().get(1)).contains("(pid 7) was seen for the last time: the node was restarted");
            assertThat(texts().get(2)).contains("the node was restarted since");
        }
    }

    @Test
    void anAgentThatDiesAgainAndAgainDoesNotFillTheTimeline() throws Exception {
        try (StateWriter writer = new StateWriter(new StateHealth())) {
            timeline = Timeline.in(folder, KEPT, () -> NOW.plusSeconds(3600), writer);
            List<AgentRun> runs = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                recorder = new TimelineRecorder(timeline, KEPT);
                runs.add(run(writer, "boot"));
                runs.getLast().begin(NOW.plusSeconds(5L * i));
                assertThat(writer.await(Duration.ofSeconds(20))).isTrue();
            }
            assertThat(texts()).hasSize(40);
        }
    }

    private AgentRun run(StateWriter writer, String boot) {
        return new AgentRun(
                folder,
                timeline,
                recorder,
                writer,
                "1.0",
                Optional.of(boot),
                List.of("nvmlDeviceGetTemperature of GPU 3"));
    }
}
