package dev.gpudiag.agent.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import dev.gpudiag.telemetry.Workload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ProcessWatchTest {

    static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    static final GpuIdentity GPU =
            new GpuIdentity(3, Optional.of("GPU-3"), Optional.of("0000:65:00.0"), Optional.of("H100"));
    static final Workload POD = new Workload(
            Workload.Kind.KUBERNETES_POD,
            "ml/train-0 (main)",
            Optional.of("ml"),
            Optional.of("train-0"),
            Optional.of("uid"),
            Optional.of("main"),
            Optional.empty(),
            Optional.of("containerd"));
    private static final long GIB = 1L << 30;

    private final ProcessWatch watch = new ProcessWatch();

    private static ComputeProcess listed(long pid, long bytes) {
        return new ComputeProcess(
                pid,
                ComputeProcess.Type.COMPUTE,
                Optional.of("python3"),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Reading.of(bytes, "nvml"),
                Reading.notRead(""));
    }

    private static GpuHolder holder(long pid, long ticks) {
        return new GpuHolder(
                pid,
                Reading.of(ticks, "/proc"),
                Reading.of("S", "/proc"),
                Reading.of("python3", "/proc"),
                Reading.of("python3 train.py", "/proc"),
                Reading.of("alice", "/proc"),
                Reading.of(List.of("/dev/nvidia3"), "/proc"),
                Reading.notRead(""),
                Reading.of(POD, "/proc"),
                Reading.notRead(""));
    }

    static NodeSample sample(long second, List<ComputeProcess> listed, List<GpuHolder> holders) {
        return sample(second, Optional.of(listed), holders);
    }

    private static NodeSample sample(long second, Optional<List<ComputeProcess>> listed, List<GpuHolder> holders) {
        Instant at = NOW.plusSeconds(second);
        GpuSample gpu = new GpuSample(
                GPU,
                at,
                GpuCondition.answering(),
                Readings.empty(),
                List.of(),
                listed.map(found -> Reading.of(found, "nvml")).orElse(Reading.notRead("no answer")),
                Reading.of(List.of(), "nvml"));
        DriverState driver =
                new DriverState(Reading.of(true, "nvml"), Readings.empty(), Reading.notRead(""), Reading.notRead(""));
        HostSample host = new HostSample(
                Reading.of(holders, "/proc"),
                Reading.notRead(""),
                List.of(),
                Optional.of(at),
                Optional.of(NOW.minusSeconds(1000)));
        return new NodeSample(at, SampleSource.live(), driver, List.of(gpu), host);
    }

    private List<String> see(NodeSample sample) {
        return watch.see(sample).stream()
                .map(event -> event.action() + ": " + event.text())
                .toList();
    }

    @Test
    void aProcessIsToldWithItsPodWhenItComesAndWithItsPeakWhenItHasGone() {
        assertThat(see(sample(0, List.of(listed(7, GIB)), List.of(holder(7, 99_000)))))
                .containsExactly("started: python3 (pid 7) of pod ml/train-0 (main) is on the GPU");
        assertThat(see(sample(10, List.of(listed(7, 61 * GIB)), List.of(holder(7, 99_000)))))
                .isEmpty();
        assertThat(see(sample(20, List.of(listed(7, 2 * GIB)), List.of()))).isEmpty();

        List<TimelineEvent> gone = watch.see(sample(30, List.of(), List.of()));
        assertThat(gone).singleElement().satisfies(event -> {
            assertThat(event.text())
                    .isEqualTo("python3 (pid 7) of pod ml/train-0 (main) has left the GPU after 30 s,"
                            + " held at most 61.0 GiB");
            assertThat(event.gpu()).contains(GPU);
            assertThat(event.at()).isEqualTo(NOW.plusSeconds(30));
            EventProcess process = event.process().orElseThrow();
            assertThat(process.workload()).contains(POD);
            assertThat(process.user()).contains("alice");
            assertThat(process.peakBytes()).hasValue(61 * GIB);
            assertThat(process.startedAt()).contains(NOW.minusSeconds(10));
        });
    }

    @Test
    void aNewProcessIsToldWhenItsWorkloadIsKnownAndAfterHalfAMinuteWithoutIt() {
        assertThat(see(sample(0, List.of(listed(7, GIB), listed(8, GIB)), List.of())))
                .isEmpty();
        assertThat(see(sample(1, List.of(listed(7, GIB), listed(8, GIB)), List.of(holder(7, 1)))))
                .containsExactly("started: python3 (pid 7) of pod ml/train-0 (main) is on the GPU");
        assertThat(see(sample(30, List.of(listed(7, GIB), listed(8, GIB)), List.of())))
                .containsExactly("started: python3 (pid 8) is on the GPU");
    }

    @Test
    void oneThatIsGoneBeforeItsWorkloadIsKnownIsToldTwiceAllTheSame() {
        see(sample(0, List.of(listed(7, GIB)), List.of()));
        assertThat(see(sample(1, List.of(), List.of())))
                .containsExactly(
                        "started: python3 (pid 7) is on the GPU",
                        "ended: python3 (pid 7) has left the GPU after 0 s, held at most 1.0 GiB");
    }

    @Test
    void onAGpuThatDoesNotAnswerNobodyHasGone() {
        see(sample(0, List.of(listed(7, GIB)), List.of(holder(7, 1))));
        assertThat(see(sample(1, Optional.empty(), List.of()))).isEmpty();
        assertThat(see(sample(600, List.of(listed(7, GIB)), List.of(holder(7, 1)))))
                .isEmpty();
    }

    @Test
    void aPidThatIsUsedAgainIsAnotherProcess() {
        see(sample(0, List.of(listed(7, GIB)), List.of(holder(7, 99_000))));
        assertThat(see(sample(10, List.of(listed(7, GIB)), List.of(holder(7, 100_500)))))
                .hasSize(2)
                .satisfies(events -> {
                    assertThat(events.getFirst()).startsWith("ended: ");
                    assertThat(events.getLast()).startsWith("started: ");
                });
    }

    @Test
    void whatAnEarlierAgentFollowedIsNotToldAgainAndWhatWentMeanwhileIs() {
        see(sample(0, List.of(listed(7, GIB), listed(8, 9 * GIB)), List.of(holder(7, 1), holder(8, 2))));
        ProcessWatch later = new ProcessWatch();
        later.resume(watch.followed());

        List<TimelineEvent> events = later.see(sample(3600, List.of(listed(7, GIB)), List.of(holder(7, 1))));

        assertThat(events)
                .singleElement()
                .satisfies(event -> assertThat(event.text())
                        .contains("(pid 8) of pod ml/train-0 (main) has left")
                        .contains("held at most 9.0 GiB")
                        .endsWith("last seen 2026-11-24T10:00:00Z"));
    }

    @Test
    void theProcessOfAnXidIsFoundWhenItHasEndedAndNotWhenThePidIsAnothers() {
        see(sample(0, List.of(listed(7, GIB)), List.of(holder(7, 99_000))));
        see(sample(10, List.of(), List.of()));

        assertThat(watch.find(7, NOW.plusSeconds(9)).orElseThrow().workload()).contains(POD);
        assertThat(watch.find(7, NOW.minusSeconds(600))).isEmpty();
        assertThat(watch.find(7, NOW.plusSeconds(600))).isEmpty();
        assertThat(watch.find(8, NOW)).isEmpty();
    }

    @Test
    void moreProcessesThanAreFollowedTakeNoMoreMemory() {
        List<ComputeProcess> many = LongStream.range(1, ProcessWatch.LIMIT + 500)
                .mapToObj(pid -> listed(pid, GIB))
                .toList();
        see(sample(0, many, List.of()));
        assertThat(watch.followed()).hasSize(ProcessWatch.LIMIT);
        see(sample(1, List.of(), List.of()));
        assertThat(watch.followed()).isEmpty();
    }

    @Test
    void oneContextInTwoListsIsOneProcess() {
        List<ComputeProcess> twice = new ArrayList<>(List.of(listed(7, GIB), listed(7, 3 * GIB)));
        see(sample(0, twice, List.of(holder(7, 1))));
        assertThat(watch.followed())
                .singleElement()
                .satisfies(process -> assertThat(process.process().peakBytes()).isEqualTo(OptionalLong.of(3 * GIB)));
    }
}
