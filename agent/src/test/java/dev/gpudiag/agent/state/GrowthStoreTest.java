package dev.gpudiag.agent.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gpudiag.checks.memory.GrowthDetector;
import dev.gpudiag.checks.memory.GrowthEvent;
import dev.gpudiag.checks.memory.GrowthLevel;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.checks.memory.TrackedMemory;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowthStoreTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final long MIB = 1 << 20;
    private static final Instant BEGUN = NOW.minus(Duration.ofHours(10));
    private static final int MINUTE = 60;

    @TempDir
    private Path directory;

    private final MemoryGrowth growth = new MemoryGrowth(MemoryGrowth.LIMIT);

    /** One process that leaks 600 MiB an hour after two hours of rest. */
    private static NodeSample sample(long second, String boot) {
        Instant at = NOW.plusSeconds(second);
        long used = (20_000 + Math.max(0, second - 7200) / 6) * MIB;
        ComputeProcess process = new ComputeProcess(
                4711,
                ComputeProcess.Type.COMPUTE,
                Optional.of("python"),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Reading.of(used, "nvml"),
                Reading.notRead(""));
        GpuSample gpu = new GpuSample(
                new GpuIdentity(0, Optional.of("GPU-1"), Optional.of("0000:01:00.0"), Optional.of("H100")),
                at,
                GpuCondition.answering(),
                Readings.builder()
                        .put(GpuQuantities.MEMORY_TOTAL, 81_559 * MIB, "nvml")
                        .build(),
                List.of(),
                Reading.of(List.of(process), "nvml"),
                Reading.of(List.of(), "nvml"));
        DriverState driver = new DriverState(
                Reading.of(true, "nvml"),
                Readings.builder().put(HostQuantities.BOOT_ID, boot, "/proc").build(),
                Reading.notRead(""),
                Reading.notRead(""));
        return new NodeSample(at, SampleSource.live(), driver, List.of(gpu));
    }

    /** The same, of a process that began ten hours before. */
    private static NodeSample sampleOfOldProcess(long second) {
        NodeSample sample = sample(second, "boot-a");
        GpuHolder holder = new GpuHolder(
                4711,
                Reading.of(0L, "/proc"),
                Reading.of("S", "/proc"),
                Reading.of("python", "/proc"),
                Reading.of("python", "/proc"),
                Reading.of("root", "/proc"),
                Reading.of(List.of(), "/proc"),
                Reading.notRead("not looked at"),
                Reading.notRead("not looked at"),
                Reading.notRead("not looked at"));
        HostSample host = new HostSample(
                Reading.of(List.of(holder), "/proc"),
                Reading.notRead("not looked at"),
                List.of(),
                Optional.empty(),
                Optional.of(BEGUN));
        return new NodeSample(sample.takenAt(), sample.source(), sample.driver(), sample.gpus(), host);
    }

    private static void run(MemoryGrowth growth, long from, long to) {
        for (long second = from; second < to; second += 10) {
            growth.add(sample(second, "boot-a"));
        }
    }

    private static TrackedMemory only(MemoryGrowth growth) {
        assertThat(growth.tracked()).hasSize(1);
        return growth.tracked().getFirst();
    }

    private static GrowthDetector detector(MemoryGrowth growth) {
        return only(growth).detector();
    }

    private Path file() {
        return directory.resolve("memory-growth.state");
    }

    private void save(long second) {
        GrowthStore store = new GrowthStore(directory);
        try {
            store.save(store.format(growth, NOW.plusSeconds(second)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static MemoryGrowth loaded(Path directory, long second, String message) {
        MemoryGrowth later = new MemoryGrowth(MemoryGrowth.LIMIT);
        Optional<String> said = new GrowthStore(directory).load(later, NOW.plusSeconds(second));
        if (message.isEmpty()) {
            assertThat(said).isEmpty();
        } else {
            assertThat(said.orElse("")).contains(message);
        }
        return later;
    }

    @Test
    void aRestartInTheMiddleOfALeakLosesNoMoreThanAMinuteAndFindsItAtTheSameTime() {
        long killed = 5 * 3600 + 17;
        long restarted = killed + 90;
        long end = 13 * 3600;
        MemoryGrowth undisturbed = new MemoryGrowth(MemoryGrowth.LIMIT);
        run(undisturbed, 0, end);

        run(growth, 0, killed / MINUTE * MINUTE);
        save(killed / MINUTE * MINUTE); // the last save before the agent is killed
        MemoryGrowth later = loaded(directory, restarted, "");
        Duration lost = Duration.between(only(later).lastSeen(), NOW.plusSeconds(killed));
        assertThat(lost).isLessThanOrEqualTo(Duration.ofMinutes(1));
        assertThat(only(later).firstSeen()).isEqualTo(NOW);
        run(later, restarted, end);

        assertThat(detector(undisturbed).level()).isEqualTo(GrowthLevel.CONFIRMED);
        List<GrowthEvent> events = detector(later).verdict().events();
        assertThat(events).isEqualTo(detector(undisturbed).verdict().events());
    }

    @Test
    void theStartOfAProcessOutlivesARestart() {
        MemoryGrowth undisturbed = new MemoryGrowth(MemoryGrowth.LIMIT);
        long seen = 7200; // it leaks from then on
        for (long second = seen; second < 12 * 3600; second += 10) {
            undisturbed.add(sampleOfOldProcess(second));
            if (second < seen + 600) {
                growth.add(sampleOfOldProcess(second));
            }
        }
        MemoryGrowth unknown = new MemoryGrowth(MemoryGrowth.LIMIT);
        run(unknown, seen, 12 * 3600);
        save(seen + 600);
        MemoryGrowth later = loaded(directory, seen + 610, "");
        assertThat(only(later).startedAt()).contains(BEGUN);
        run(later, seen + 600, 12 * 3600); // the host's processes are not seen any more

        assertThat(only(later).startedAt()).contains(BEGUN);
        List<GrowthEvent> events = detector(later).verdict().events();
        assertThat(events).isEqualTo(detector(undisturbed).verdict().events()).isNotEmpty();
        assertThat(detector(unknown).verdict().events()).isNotEqualTo(events);
    }

    @Test
    void aStartThatIsNotKnownIsNotKnownAfterARestart() {
        run(growth, 0, 600);
        save(600);

        assertThat(only(loaded(directory, 610, "")).startedAt()).isEmpty();
    }

    @Test
    void theKeeperSavesOnceAMinuteAndAtTheEnd() throws Exception {
        GrowthStore store = new GrowthStore(directory);
        try (StateWriter writer = new StateWriter(new StateHealth())) {
            GrowthKeeper keeper = new GrowthKeeper(store, growth, writer);
            for (int second = 0; second <= 130; second += 10) {
                growth.add(sample(second, "boot-a"));
                keeper.see(NOW.plusSeconds(second));
            }
            assertThat(writer.await(Duration.ofSeconds(20))).isTrue();
            MemoryGrowth minutes = loaded(directory, 130, "");
            assertThat(only(minutes).lastSeen()).isBetween(NOW.plusSeconds(60), NOW.plusSeconds(120));

            keeper.end(NOW.plusSeconds(131));
            assertThat(writer.await(Duration.ofSeconds(20))).isTrue();
        }
        assertThat(only(loaded(directory, 132, "")).lastSeen()).isEqualTo(NOW.plusSeconds(130));
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(Path::getFileName).map(Path::toString)).containsExactly("memory-growth.state");
        }
    }

    @Test
    void aTruncatedFileIsSetAsideWhereverItEnds() throws IOException {
        run(growth, 0, 4 * 3600);
        save(4 * 3600);
        byte[] whole = Files.readAllBytes(file());
        for (int length = 0; length < whole.length; length += 7) {
            Files.write(file(), java.util.Arrays.copyOf(whole, length));

            MemoryGrowth later = loaded(directory, 4 * 3600, "memory growth begins anew");

            assertThat(later.tracked()).isEmpty();
            assertThat(file()).doesNotExist();
            assertThat(directory.resolve("memory-growth.state.broken")).hasSize(length);
        }
    }

    @Test
    void aCorruptedFileIsSetAsideWhicheverByteIsWrong() throws IOException {
        run(growth, 0, 3600);
        save(3600);
        byte[] whole = Files.readAllBytes(file());
        for (int at = 0; at < whole.length; at++) {
            byte[] wrong = whole.clone();
            wrong[at] ^= 0x20;
            Files.write(file(), wrong);

            assertThat(loaded(directory, 3600, "it is kept as").tracked())
                    .as("byte " + at)
                    .isEmpty();
        }
    }

    @Test
    void aForeignFileAndOneFromTheFutureAreSetAside() throws IOException {
        Files.writeString(file(), "{\"schema_version\":1,\"kind\":\"gpudiag-baseline\",\"saved_at\":\"2026\"}");
        loaded(directory, 0, "not a state of gpudiag");

        run(growth, 0, 3600);
        save(86_400);
        loaded(directory, 3600, "saved in the future");

        Files.createDirectory(file());
        loaded(directory, 0, "not a regular file");
    }

    @Test
    void aFileOfAnEarlierBootIsNotTakenForThisOne() {
        run(growth, 0, 3600);
        save(3600);
        MemoryGrowth later = loaded(directory, 3700, "");

        later.add(sample(3700, "boot-b"));

        assertThat(only(later).firstSeen()).isEqualTo(NOW.plusSeconds(3700));
    }

    @Test
    void noFileIsNoMessageAndADirectoryThatCannotBeWrittenIsOne() throws IOException {
        assertThat(loaded(directory, 0, "").tracked()).isEmpty();
        Path blocked = Files.writeString(directory.resolve("file"), "");
        GrowthStore store = new GrowthStore(blocked.resolve("state"));

        assertThatThrownBy(() -> store.save(store.format(growth, NOW)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(blocked.toString());
    }

    @Test
    void theBytesOfAProcessAreAsStated() {
        run(growth, 0, 3600);
        int one = new GrowthStore(directory).format(growth, NOW).length;

        assertThat(one).isLessThan(detector(growth).stateBytes() + 300);
        assertThat(detector(growth).stateBytes()).isLessThan(10_000);
    }
}
