package dev.gpudiag.agent.timeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gpudiag.checks.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLogTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    @TempDir
    private Path folder;

    private static TimelineEvent event(long id) {
        return TimelineEvent.of(
                        NOW.plusSeconds(id), TimelineEvent.Kind.AGENT, "started", Status.INFO, "event \u00e9\n" + id)
                .withId(id);
    }

    private static List<TimelineEvent> events(long from, long to) {
        return LongStream.rangeClosed(from, to).mapToObj(EventLogTest::event).toList();
    }

    private static void append(EventLog log, long from, long to) throws IOException {
        log.append(events(from, to), id -> {});
    }

    private static List<Long> ids(EventLog log) throws IOException {
        List<Long> ids = new ArrayList<>();
        log.read(event -> ids.add(event.id()));
        return ids;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void whatIsAppendedIsReadByAnotherReader() throws IOException {
        EventLog log = new EventLog(folder.resolve("timeline"));
        assertThat(ids(log)).isEmpty();
        append(log, 1, 3);
        append(log, 4, 4);

        List<TimelineEvent> read = new ArrayList<>();
        assertThat(new EventLog(folder.resolve("timeline")).read(read::add)).isEqualTo(new EventLog.Read(0, 0));
        assertThat(read).isEqualTo(events(1, 4));
    }

    @Test
    void anEndThatWasCutAnywhereCostsThatRecordAloneAndTheNextOneIsReadable() throws IOException {
        EventLog log = new EventLog(folder);
        append(log, 1, 2);
        Path file = files().getFirst();
        byte[] whole = Files.readAllBytes(file);
        append(log, 3, 3);
        byte[] longer = Files.readAllBytes(file);
        for (int length = whole.length; length < longer.length; length += 3) {
            Files.write(file, Arrays.copyOf(longer, length));
            assertThat(ids(log)).as("cut at %s", length).startsWith(1L, 2L).doesNotContain(4L);

            append(log, 4, 4);

            assertThat(ids(log)).as("cut at %s", length).startsWith(1L, 2L).endsWith(4L);
        }
    }

    @Test
    void aDamagedRecordIsPassedOverWhicheverByteIsWrong() throws IOException {
        EventLog log = new EventLog(folder);
        append(log, 1, 3);
        Path file = files().getFirst();
        byte[] whole = Files.readAllBytes(file);
        int begin = Files.readString(file).lines().findFirst().orElseThrow().getBytes(UTF_8).length + 1;
        for (int at = begin; at < begin + 60; at++) {
            byte[] wrong = whole.clone();
            wrong[at] ^= 1;
            Files.write(file, wrong);
            List<Long> ids = new ArrayList<>();
            EventLog.Read read = log.read(event -> ids.add(event.id()));
            assertThat(ids).as("byte %s", at).containsExactly(1L, 3L);
            assertThat(read.damaged()).isPositive();
        }
    }

    @Test
    void aFullDiskLosesNothingThatWasThereAndTheRestIsAppendedLater() throws IOException {
        append(new EventLog(folder), 1, 2);
        EventLog full = new EventLog(folder, EventLog.SEGMENT_BYTES, (FileChannel channel, ByteBuffer bytes) -> {
            channel.write(bytes.limit(bytes.limit() / 2));
            throw new IOException("No space left on device");
        });
        assertThatThrownBy(() -> append(full, 3, 3)).hasMessage("No space left on device");
        assertThat(ids(full)).containsExactly(1L, 2L);

        append(new EventLog(folder), 3, 3);

        assertThat(new EventLog(folder).read(event -> {})).isEqualTo(new EventLog.Read(0, 0));
        assertThat(ids(full)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void theDiskIsBoundedAndTheOldestGoesFirst() throws IOException {
        int segment = 2000;
        EventLog log = new EventLog(folder, segment, (channel, bytes) -> channel.write(bytes));
        for (int i = 0; i < 60; i++) {
            append(log, i * 10L + 1, i * 10L + 10);
        }
        long total = 0;
        for (Path file : files()) {
            total += Files.size(file);
        }
        assertThat(files()).hasSize(EventLog.SEGMENTS);
        assertThat(total).isLessThan((long) EventLog.SEGMENTS * (segment + 500));
        List<Long> ids = ids(log);
        assertThat(ids).isSorted().endsWith(600L).doesNotContain(1L);
        assertThat(ids).hasSize((int) (600 - ids.getFirst() + 1));
    }

    @Test
    void theDiskIsToldUpToWhichEventItHasThem() throws IOException {
        List<Long> saved = new ArrayList<>();
        new EventLog(folder, 2000, (channel, bytes) -> channel.write(bytes)).append(events(1, 30), saved::add);
        assertThat(saved).hasSizeGreaterThan(2).isSorted().endsWith(30L);
    }

    @Test
    void filesOfWhichNothingIsYoungEnoughAreLetGo() throws IOException {
        EventLog log = new EventLog(folder, 2000, (channel, bytes) -> channel.write(bytes));
        append(log, 1, 30);
        int before = files().size();
        Files.setLastModifiedTime(files().getFirst(), FileTime.from(NOW.minus(Duration.ofDays(8))));

        log.forgetBefore(NOW.minus(Duration.ofDays(7)));

        assertThat(files()).hasSize(before - 1);
        assertThat(ids(log)).endsWith(30L).doesNotContain(1L);
    }

    @Test
    void aFileOfANewerGpudiagIsSetAsideAndNotAppendedTo() throws IOException {
        EventLog log = new EventLog(folder);
        append(log, 1, 1);
        Path file = files().getFirst();
        String json = "{\"schema_version\":2,\"id\":2}";
        java.util.zip.CRC32C sum = new java.util.zip.CRC32C();
        sum.update(json.getBytes(UTF_8));
        Files.writeString(file, "%08x %s\n".formatted(sum.getValue(), json), StandardOpenOption.APPEND);
        assertThat(log.read(event -> {})).isEqualTo(new EventLog.Read(0, 1));

        assertThat(log.setNewerAside()).isEqualTo(1);
        append(log, 3, 3);

        assertThat(ids(log)).containsExactly(3L);
        assertThat(Files.readString(folder.resolve("00000001.log.v2"))).contains("\"id\":2");
    }

    @Test
    void whatIsNoFileOfOursIsPassedOver() throws IOException {
        EventLog log = new EventLog(folder);
        Files.createSymbolicLink(folder.resolve("00000001.log"), Path.of("/etc/passwd"));
        Files.createDirectory(folder.resolve("00000002.log"));
        Files.writeString(folder.resolve("notes.txt"), "hello");
        append(log, 1, 1);

        assertThat(ids(log)).containsExactly(1L);
        assertThat(Files.readString(Path.of("/etc/passwd"))).doesNotContain("schema_version");
        assertThat(folder.resolve("00000003.log")).exists();
    }

    @Test
    void aLinkInPlaceOfTheDirectoryIsNotFollowed() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        Path link = Files.createSymbolicLink(folder.resolve("timeline"), other);

        assertThatThrownBy(() -> append(new EventLog(link), 1, 1)).isInstanceOf(IOException.class);
        assertThat(other).isEmptyDirectory();
    }
}
