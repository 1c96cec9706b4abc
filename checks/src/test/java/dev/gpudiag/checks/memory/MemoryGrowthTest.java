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
