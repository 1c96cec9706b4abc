package dev.gpudiag.checks.memory;

import static dev.gpudiag.telemetry.GpuSamples.GIB;
import static dev.gpudiag.telemetry.GpuSamples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.memory.GrowthSubject.Kind;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.NodeSamples;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MemoryGrowthTest {

    private static final long MIB = 1 << 20;

    private final MemoryGrowth growth = new MemoryGrowth(MemoryGrowth.LIMIT);

    private static GpuHolder holder(long pid, long start, Workload workload) {
        return new GpuHolder(
                pid,
                Reading.of(start, "/proc"),
                Reading.of("S", "/proc"),
                Reading.of("python3", "/proc"),
                Reading.of("python3 train.py", "/proc"),
                Reading.of("root", "/proc"),
                Reading.of(List.of("/dev/nvidia0"), "/proc"),
                Reading.notRead("not looked at"),
                Reading.of(workload, "/proc"),
                Reading.notRead("not looked at"));
    }

    private static final Workload JOB = Workload.of(Workload.Kind.SLURM_JOB, "slurm job 42");

    /** A leak of 1 GiB an hour after a plateau of an hour. */
    private static long leak(Duration since) {
        return 10 * GIB + Math.max(0, since.minusHours(1).toSeconds()) * GIB / 3600;
    }

    private void run(Instant from, Duration length, long start, String boot) {
        for (Duration time = Duration.ZERO; time.compareTo(length) <= 0; time = time.plusSeconds(60)) {
            Instant at = from.plus(time);
            growth.add(NodeSamples.working()
                    .at(at)
                    .with(HostQuantities.BOOT_ID, boot)
                    .holders(holder(4000, start, JOB))
                    .gpu(GpuSamples.h100(0).at(at).process(4000, leak(time)).build())
                    .build());
        }
    }

    private TrackedMemory process() {
        return growth.tracked().stream()
                .filter(entry -> entry.subject().kind() == Kind.PROCESS)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aLeakOfAProcessIsFoundAndSoIsThatOfItsWorkload() {
        run(NOW, Duration.ofHours(10), 77, "boot-a");

        assertThat(growth.tracked())
                .extracting(entry -> entry.subject().kind())
                .containsExactlyInAnyOrder(Kind.PROCESS, Kind.WORKLOAD);
        assertThat(growth.tracked()).allMatch(entry -> entry.detector().level().compareTo(GrowthLevel.LIKELY) >= 0);
    }

    @Test
    void aPidThatIsUsedAgainIsAnotherProcess() {
        run(NOW, Duration.ofHours(10), 77, "boot-a");
        run(NOW.plus(Duration.ofHours(10)), Duration.ofMinutes(1), 78, "boot-a");

        assertThat(process().startTicks()).isEqualTo(78);
        assertThat(process().detector().level()).isEqualTo(GrowthLevel.NONE);
        assertThat(process().span()).isLessThanOrEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void anotherBootIsAnotherNode() {
        run(NOW, Duration.ofHours(10), 77, "boot-a");
        run(NOW.plus(Duration.ofHours(10)), Duration.ofMinutes(1), 77, "boot-b");

        assertThat(growth.bootId()).contains("boot-b");
        assertThat(growth.tracked()).allMatch(entry -> entry.detector().level() == GrowthLevel.NONE);
    }

    @Test
    void aProcessWithoutAKnownStartThatCameBackAfterAGapBeginsAnew() {
        Instant later = NOW.plus(Duration.ofHours(1));
        growth.add(NodeSamples.working().at(NOW).gpu(gpu(NOW, 4000)).build());
        growth.add(NodeSamples.working().at(later).gpu(gpu(later, 4000)).build());

        assertThat(process().firstSeen()).isEqualTo(later);
    }

    @Test
    void aStartThatBecomesKnownIsTheSameProcess() {
        growth.add(NodeSamples.working().at(NOW).gpu(gpu(NOW, 4000)).build());
        Instant later = NOW.plusSeconds(30);
        growth.add(NodeSamples.working()
                .at(later)
                .holders(holder(4000, 77, JOB))
                .gpu(gpu(later, 4000))
                .build());

        assertThat(process().firstSeen()).isEqualTo(NOW);
        assertThat(process().startTicks()).isEqualTo(77);
    }

    /** Growth of 1 GiB an hour that is there when it is seen first; the start of the process is known from a minute on. */
    private MemoryGrowth growing(long startTicks, int hours, int startKnownFrom) {
        MemoryGrowth followed = new MemoryGrowth(MemoryGrowth.LIMIT);
        for (int minute = 0; minute <= hours * 60; minute++) {
            Instant at = NOW.plusSeconds(60L * minute);
            NodeSamples node = NodeSamples.working().at(at).holders(holder(4000, startTicks, JOB));
            followed.add((minute < startKnownFrom ? node : node.bootedAt(BOOT))
                    .gpu(GpuSamples.h100(0)
                            .at(at)
                            .process(4000, 10 * GIB + minute * GIB / 60)
                            .build())
                    .build());
        }
        return followed;
    }

    private static final Instant BOOT = NOW.minus(Duration.ofHours(100));
    private static final int TICKS_PER_HOUR = 360_000;
    private static final int NEVER = Integer.MAX_VALUE;

    private static Duration first(MemoryGrowth followed, Kind kind, GrowthLevel level) {
        return followed.tracked().stream()
                .filter(entry -> entry.subject().kind() == kind)
                .flatMap(entry -> entry.detector().verdict().events().stream())
                .filter(event -> event.level() == level)
                .map(event -> Duration.between(NOW, event.at()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theWarmUpOfAProcessThatIsOldWhenItIsSeenFirstIsOver() {
        MemoryGrowth known = growing(90 * TICKS_PER_HOUR, 8, 0);
        MemoryGrowth unknown = growing(90 * TICKS_PER_HOUR, 8, NEVER);

        for (Kind kind : List.of(Kind.PROCESS, Kind.WORKLOAD)) {
            for (GrowthLevel level : List.of(GrowthLevel.SUSPECT, GrowthLevel.LIKELY)) {
                Duration sooner = first(unknown, kind, level).minus(first(known, kind, level));
                assertThat(sooner).as(kind + " " + level).isBetween(Duration.ofMinutes(15), Duration.ofMinutes(25));
            }
        }
        assertThat(known.tracked()).allMatch(entry -> entry.startedAt().equals(Optional.of(NOW.minusSeconds(36_000))));
        assertThat(unknown.tracked()).allMatch(entry -> entry.startedAt().isEmpty());
    }

    @Test
    void growthSinceBirthIsNotLikelyBeforeFourHoursOfTheProcessesLife() {
        MemoryGrowth followed = growing(100 * TICKS_PER_HOUR - 6000, 8, 0);

        Duration likely = first(followed, Kind.PROCESS, GrowthLevel.LIKELY).plusMinutes(1);
        assertThat(likely).isBetween(Duration.ofHours(4), Duration.ofHours(6));
    }

    @Test
    void aStartThatBecomesKnownLaterCountsFromThenOn() {
        MemoryGrowth later = growing(90 * TICKS_PER_HOUR, 8, 30);

        assertThat(first(later, Kind.PROCESS, GrowthLevel.LIKELY))
                .isEqualTo(first(growing(90 * TICKS_PER_HOUR, 8, 0), Kind.PROCESS, GrowthLevel.LIKELY));
    }

    @Test
    void aStartThatIsLaterThanTheFirstSightIsNotBelieved() {
        MemoryGrowth wrong = growing(200 * TICKS_PER_HOUR, 8, 0);

        assertThat(first(wrong, Kind.PROCESS, GrowthLevel.LIKELY))
                .isEqualTo(first(growing(90 * TICKS_PER_HOUR, 8, NEVER), Kind.PROCESS, GrowthLevel.LIKELY));
    }

    @Test
    void aGroupIsAsOldAsItsOldestProcessWhereAllStartsAreKnown() {
        ProcessStart old = new ProcessStart(5, Optional.of(NOW)).ofGroup();
        ProcessStart young = new ProcessStart(9, Optional.of(NOW.plusSeconds(60)));

        assertThat(young.orEarlier(old)).isEqualTo(old);
        assertThat(old.orEarlier(young)).isEqualTo(old);
        assertThat(old.orEarlier(ProcessStart.UNKNOWN)).isEqualTo(ProcessStart.UNKNOWN);
    }

    private static GpuSample gpu(Instant at, long pid) {
        return GpuSamples.h100(0).at(at).process(pid, GIB).build();
    }

    @Test
    void aProcessThatEndedIsForgottenAndAGpuThatDoesNotAnswerForgetsNone() {
        growth.add(NodeSamples.working().at(NOW).gpu(gpu(NOW, 4000)).build());
        Instant later = NOW.plusSeconds(600);
        growth.add(NodeSamples.working()
                .at(later)
                .gpu(GpuSamples.h100(0).at(later).processesUnknown().build())
                .build());
        assertThat(growth.tracked()).hasSize(1);

        growth.add(NodeSamples.working()
                .at(later)
                .gpu(GpuSamples.h100(0).at(later).build())
                .build());
        assertThat(growth.tracked()).isEmpty();
    }

    @Test
    void migDevicesHaveDetectorsOfTheirOwn() {
        MigDevice device = new MigDevice(
                1,
                Readings.builder()
                        .put(GpuQuantities.GPU_INSTANCE, 9L, "nvml")
                        .put(GpuQuantities.COMPUTE_INSTANCE, 0L, "nvml")
                        .put(GpuQuantities.MIG_UUID, "MIG-1", "nvml")
                        .put(GpuQuantities.MEMORY_USED, GIB, "nvml")
                        .build());
        growth.add(NodeSamples.working()
                .at(NOW)
                .gpu(GpuSamples.h100(0).at(NOW).mig(device).build())
                .build());

        assertThat(growth.tracked())
                .extracting(TrackedMemory::subject)
                .containsExactly(new GrowthSubject(Kind.MIG_DEVICE, "GPU-00000000", 9, 0, 0, "MIG-1"));
    }

    @Test
    void moreProcessesThanThereIsRoomForAreCounted() {
        MemoryGrowth small = new MemoryGrowth(2);
        small.add(NodeSamples.working()
                .at(NOW)
                .gpu(GpuSamples.h100(0)
                        .at(NOW)
                        .process(1, MIB)
                        .process(2, MIB)
                        .process(3, MIB)
                        .build())
                .build());

        assertThat(small.tracked()).hasSize(2);
        assertThat(small.leftOut()).isEqualTo(1);
    }
}
