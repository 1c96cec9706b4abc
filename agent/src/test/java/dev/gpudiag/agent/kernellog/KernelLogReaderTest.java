package dev.gpudiag.agent.kernellog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.checks.kernellog.KernelEvent;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.kernellog.LoggedEvent;
import dev.gpudiag.checks.kernellog.XidCatalogue;
import dev.gpudiag.checks.kernellog.XidTotal;
import dev.gpudiag.telemetry.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelLogReaderTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final String XID = "NVRM: Xid (PCI:0000:01:00): ";

    @TempDir
    private Path root;

    @BeforeEach
    void aHostThatWasBootedAThousandSecondsAgo() throws IOException {
        Files.createDirectories(root.resolve("sys"));
        write("proc/uptime", "1000.00 900.00\n");
        write("proc/sys/kernel/random/boot_id", "boot-now\n");
        write(".gpudiag-simulated", "test\n");
    }

    private void write(String path, String text) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.writeString(root.resolve(path), text);
    }

    private void append(String text) throws IOException {
        Files.writeString(root.resolve("dev/kmsg"), text, StandardOpenOption.APPEND);
    }

    private KernelLogReader reader() {
        return new KernelLogReader(new HostRoot(root), () -> NOW, ZoneOffset.UTC);
    }

    private static KernelLog log(Reading<KernelLog> reading) {
        assertThat(reading.isPresent()).describedAs(reading.describe()).isTrue();
        return reading.value().orElseThrow();
    }

    @Test
    void theBufferIsReadFromItsOldestRecordAndThenWhatIsNew() throws IOException {
        write(
                "dev/kmsg",
                "6,1,0,-;Linux version 6.8\n4,2,900000000,-;" + XID + "13, pid=1, name=a, x\n SUBSYSTEM=pci\n");
        KernelLogReader reader = reader();
        KernelLog first = log(reader.poll());
        assertThat(first.events()).singleElement().satisfies(event -> {
            assertThat(event.at()).contains(NOW.minusSeconds(100));
            assertThat(event.boot()).contains("boot-now");
            assertThat(event.sequence()).hasValue(2);
        });
        assertThat(first.begins()).contains(NOW.minusSeconds(1000));
        append("4,3,950000000,-;" + XID + "79, GPU has fallen off the bus.\n4,4,95");
        assertThat(log(reader.poll()).events()).hasSize(2);
        append("1000000,-;" + XID + "45, pid=1, name=a, Ch 1\n");
        assertThat(log(reader.poll()).events())
                .as("the rest of a record that was cut")
                .hasSize(3);
        assertThat(log(reader.poll()).events()).as("nothing is told twice").hasSize(3);
    }

    @Test
    void aLogFileTellsWhatWasBeforeTheBufferAndNothingTwice() throws IOException {
        write("dev/kmsg", "4,5,500000000,-;" + XID + "13, pid=1, name=a, x\n");
        write("var/log/kern.log", """
                2026-11-20T10:00:00+00:00 host kernel: Linux version 6.8
                2026-11-20T11:00:00+00:00 host kernel: %1$s62, a
                2026-11-20T11:00:01+00:00 host gpud[1]: the kernel said %1$s62, a
                2026-11-23T11:43:20+00:00 host kernel: Linux version 6.8
                2026-11-23T11:45:00+00:00 host kernel: %1$s31, pid=2, name=b, overwritten in the buffer
                2026-11-23T11:51:40+00:00 host kernel: %1$s13, pid=1, name=a, x
                """.formatted(XID));
        List<LoggedEvent> events = log(reader().poll()).events();
        assertThat(events).extracting(event -> event.event().code().orElse(0)).containsExactly(62, 31, 13);
        assertThat(events)
                .extracting(LoggedEvent::boot)
                .containsExactly(
                        Optional.of("/var/log/kern.log boot 1"), Optional.of("boot-now"), Optional.of("boot-now"));
    }

    @Test
    void whereTheBufferIsNotThereTheFilesAreTheSource() throws IOException {
        write("var/log/messages", "Nov 23 11:50:00 host kernel: " + XID + "48, DBE\n");
        KernelLog log = log(reader().poll());
        assertThat(log.source()).isEqualTo("/var/log/messages");
        assertThat(log.events())
                .singleElement()
                .satisfies(event -> assertThat(event.at()).contains(Instant.parse("2026-11-23T11:50:00Z")));
    }

    @Test
    void aFileThatIsReadAgainTellsNothingTwiceButTwoLikeLinesTwice() throws IOException {
        Instant[] now = {NOW};
        KernelLogReader reader = new KernelLogReader(new HostRoot(root), () -> now[0], ZoneOffset.UTC);
        String line = "Nov 23 11:50:00 host kernel: " + XID + "45, pid=7, name=a, Ch 1\n";
        write("var/log/messages", line + line);
        assertThat(log(reader.poll()).totals()).extracting(XidTotal::count).containsExactly(2L);

        now[0] = NOW.plusSeconds(31);
        assertThat(log(reader.poll()).totals()).extracting(XidTotal::count).containsExactly(2L);

        write("var/log/messages", line + line + line);
        now[0] = NOW.plusSeconds(62);
        assertThat(log(reader.poll()).totals()).extracting(XidTotal::count).containsExactly(3L);
    }

    @Test
    void whatAFileToldBeforeARestartIsNotCountedAgain() throws IOException {
        write("var/log/messages", "Nov 23 11:50:00 host kernel: " + XID + "48, DBE\n");
        List<LoggedEvent> before = log(reader().poll()).events();

        KernelLogReader restarted = reader();
        restarted.remember(before);

        assertThat(log(restarted.poll()).totals()).extracting(XidTotal::count).containsExactly(1L);
    }

    @ParameterizedTest
    @CsvSource({"messages, messages-20261122, messages-20261115", "kern.log, kern.log.1, kern.log.2.gz"})
    void aFileThatWasMovedAwayIsReadBeforeTheNewOne(String current, String rotated, String older) throws IOException {
        write("var/log/" + older, "2026-11-10T10:00:00Z host kernel: " + XID + "13, too old\n");
        write(
                "var/log/" + rotated,
                "2026-11-20T10:00:00Z host kernel: Linux version 6.8\n2026-11-20T11:00:00Z host kernel: " + XID
                        + "62, a\n");
        write("var/log/" + current, "2026-11-22T11:00:00Z host kernel: " + XID + "64, b\n");

        KernelLog log = log(reader().poll());

        assertThat(log.source()).isEqualTo("/var/log/" + current);
        assertThat(log.begins()).contains(Instant.parse("2026-11-20T10:00:00Z"));
        assertThat(log.events())
                .extracting(event -> event.event().code().orElse(0))
                .containsExactly(62, 64);
        assertThat(log.events())
                .as("one boot, across both files")
                .extracting(LoggedEvent::boot)
                .containsOnly(Optional.of("/var/log/" + current + " boot 1"));
    }

    @Test
    void whatWasWrittenBeforeAFileWasMovedAwayIsNotLostNorToldTwice() throws IOException {
        Instant[] now = {NOW};
        KernelLogReader reader = new KernelLogReader(new HostRoot(root), () -> now[0], ZoneOffset.UTC);
        String first = "2026-11-23T11:50:00Z host kernel: " + XID + "62, a\n";
        String late = "2026-11-23T12:00:10Z host kernel: " + XID + "63, b\n";
        write("var/log/kern.log", first + "x".repeat(500) + "\n");
        assertThat(log(reader.poll()).events()).hasSize(1);

        write("var/log/kern.log.1", first + "x".repeat(500) + "\n" + late);
        write("var/log/kern.log", "2026-11-23T12:00:20Z host kernel: " + XID + "64, c\n");
        now[0] = NOW.plusSeconds(31);

        assertThat(log(reader.poll()).events())
                .extracting(event -> event.event().code().orElse(0))
                .containsExactly(62, 63, 64);
    }

    @Test
    void onlyTheEndOfALargeFileIsRead() throws IOException {
        String line = "2026-11-20T10:00:00Z host kernel: " + XID + "62, a " + "x".repeat(1000) + "\n";
        write("var/log/kern.log", line.repeat(8000));
        assertThat(log(reader().poll()).totals())
                .extracting(XidTotal::count)
                .allSatisfy(count -> assertThat(count).isBetween(3000L, 4200L));
    }

    @Test
    void withoutAnySourceTheReasonSaysWhatWasTriedAndWhatToDo() {
        Reading<KernelLog> reading = reader().poll();
        assertThat(reading.isPresent()).isFalse();
        assertThat(reading.describe()).contains("/dev/kmsg", "journalctl -k -o export");
    }

    @Test
    void aDeviceThatIsNoneAndALinkOutOfTheRootAreNotOpened() throws IOException {
        Files.delete(root.resolve(".gpudiag-simulated"));
        write("dev/kmsg", "4,2,900000000,-;" + XID + "13, pid=1, name=a, x\n");
        assertThat(reader().poll().describe()).contains("is not a character device");
        Path secret = Files.writeString(
                root.resolveSibling(root.getFileName() + "-secret"), "Nov 1 1:1:1 h kernel: " + XID + "48, x\n");
        Files.createDirectories(root.resolve("var/log"));
        Files.createSymbolicLink(root.resolve("var/log/kern.log"), secret);
        assertThat(reader().poll().isPresent()).isFalse();
        Files.delete(secret);
    }

    @Test
    void anXidThatNvmlAndTheLogTellCountsOnceWhicheverComesFirst() throws IOException {
        write("dev/kmsg", "4,2,990000000,-;" + XID + "48, DBE\n");
        KernelLogReader reader = reader();
        reader.offer(nvml(48, NOW.minusSeconds(9)));
        reader.offer(nvml(79, NOW.minusSeconds(1)));
        KernelLog first = log(reader.poll());
        assertThat(first.events()).hasSize(2);
        append("4,3,999500000,-;" + XID + "79, GPU has fallen off the bus.\n");
        KernelLog second = log(reader.poll());
        assertThat(second.events())
                .hasSize(2)
                .allSatisfy(event -> assertThat(event.source()).isEqualTo("/dev/kmsg"));
        assertThat(second.totals()).extracting(XidTotal::count).containsExactly(1L, 1L);
        reader.offer(nvml(79, NOW.plusSeconds(60)));
        assertThat(log(reader.poll()).events())
                .as("a minute later it is another one")
                .hasSize(3);
    }

    private static LoggedEvent nvml(int xid, Instant at) {
        return new LoggedEvent(
                KernelEvent.ofNvml(
                        xid,
                        Optional.of("0000:01:00.0"),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        XidCatalogue.shipped()),
                Optional.of(at),
                Optional.of("boot-now"),
                OptionalLong.empty(),
                LoggedEvent.NVML);
    }

    @Test
    void whatWasRememberedBeforeARestartIsNotCountedAgain() throws IOException {
        write("dev/kmsg", "4,2,900000000,-;" + XID + "13, pid=1, name=a, x\n");
        List<LoggedEvent> before = log(reader().poll()).events();
        append("4,3,950000000,-;" + XID + "13, pid=1, name=a, x\n");
        KernelLogReader restarted = reader();
        restarted.remember(before);
        assertThat(log(restarted.poll()).totals())
                .singleElement()
                .satisfies(total -> assertThat(total.count()).isEqualTo(2));
    }

    @Test
    void recordsThatWereOverwrittenAreToldAndTheRestIsRead() throws IOException {
        KernelLogReader reader = reader();
        Reading<KernelLog> reading = reader.poll(new Scripted(List.of(
                new KernelBuffer.Next.Overrun(), new KernelBuffer.Next.Entry("4,9,900000000,-;" + XID + "79, x"))));
        assertThat(log(reading).events()).hasSize(1);
        assertThat(log(reading).gaps()).singleElement().asString().contains("overwritten");
    }

    @Test
    void aBufferThatFailsIsToldAndWhatWasReadStays() throws IOException {
        KernelLogReader reader = reader();
        Reading<KernelLog> reading =
                reader.poll(new Scripted(List.of(new KernelBuffer.Next.Entry("4,9,900000000,-;" + XID + "79, x"))) {
                    @Override
                    public Next next() throws IOException {
                        Next next = super.next();
                        if (next instanceof Next.End) {
                            throw new IOException("error 5");
                        }
                        return next;
                    }
                });
        assertThat(log(reading).events()).hasSize(1);
        assertThat(log(reading).gaps()).singleElement().asString().contains("error 5");
    }

    private static class Scripted implements KernelBuffer {
        private final List<Next> answers;
        private int given;

        Scripted(List<Next> answers) {
            this.answers = answers;
        }

        @Override
        public Next next() throws IOException {
            return given < answers.size() ? answers.get(given++) : new Next.End();
        }

        @Override
        public void close() {}
    }

    @Test
    void aRealDeviceWithoutRecordsDoesNotBlock() throws Exception {
        Path pipe = root.resolve("pipe");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "no mkfifo here");
        KernelDevice device = KernelDevice.open(pipe);
        assertThat(device.next()).as("nobody has it open for writing").isInstanceOf(KernelBuffer.Next.End.class);
        try (var writer = Files.newOutputStream(pipe)) {
            assertThat(device.next()).isInstanceOf(KernelBuffer.Next.End.class);
            writer.write("4,1,5,-;hello\n".getBytes(UTF_8));
            assertThat(device.next()).isEqualTo(new KernelBuffer.Next.Entry("4,1,5,-;hello\n"));
            assertThat(device.next()).isInstanceOf(KernelBuffer.Next.End.class);
        }
        device.close();
        device.close();
    }

    @Test
    void thisMachinesBufferIsReadToItsEndWhereItMayBeRead() {
        assumeTrue(Files.isReadable(Path.of("/dev/kmsg")), "no /dev/kmsg here");
        KernelLogReader reader = new KernelLogReader(new HostRoot(Path.of("/")), Instant::now, ZoneOffset.UTC);
        Reading<KernelLog> reading = reader.poll();
        assertThat(reading.isPresent() || !reading.describe().isEmpty()).isTrue();
        reading.value()
                .flatMap(KernelLog::begins)
                .ifPresent(begins -> assertThat(begins).isBefore(Instant.now().plus(Duration.ofMinutes(1))));
        reader.close();
    }
}
