package dev.gpudiag.agent.kernellog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.kernellog.KernelLogParser;
import dev.gpudiag.checks.kernellog.KernelRecord;
import dev.gpudiag.checks.kernellog.XidCatalogue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogStreamTest {

    private static final LogClock CLOCK = new LogClock(
            Instant.parse("2026-03-01T00:00:00Z"), ZoneOffset.UTC, Optional.of(Instant.parse("2026-02-28T00:00:00Z")));
    private static final String XID = "NVRM: Xid (PCI:0000:01:00): 31, pid=7, name=a \"b\", Ch 00000010";

    private static List<KernelRecord> read(byte[] log) throws IOException {
        LogStream stream = new LogStream(new ByteArrayInputStream(log), CLOCK);
        List<KernelRecord> records = new ArrayList<>();
        for (Optional<KernelRecord> record = stream.next(); record.isPresent(); record = stream.next()) {
            records.add(record.get());
        }
        return records;
    }

    private static List<KernelRecord> read(String log) throws IOException {
        return read(log.getBytes(UTF_8));
    }

    @Test
    void anEntryOfTheExportFormatIsOneRecordWithBootAndTime() throws IOException {
        List<KernelRecord> records = read("""
                __CURSOR=s=1
                __REALTIME_TIMESTAMP=1772236800000001
                _BOOT_ID=abc
                _TRANSPORT=kernel
                MESSAGE=%s

                __CURSOR=s=2
                _TRANSPORT=syslog
                MESSAGE=the kernel has said: %s

                __CURSOR=s=3
                _TRANSPORT=kernel
                MESSAGE=the last one, without an empty line
                """.formatted(XID, XID));
        assertThat(records).hasSize(2);
        assertThat(records.getFirst().text()).isEqualTo(XID);
        assertThat(records.getFirst().boot()).contains("abc");
        assertThat(records.getFirst().line()).isEqualTo(5);
        assertThat(records.getFirst().at()).contains(Instant.parse("2026-02-28T00:00:00.000001Z"));
    }

    @Test
    void aFieldOfBytesInTheExportFormatIsReadByItsLength() throws IOException {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        log.writeBytes("__CURSOR=1\n_TRANSPORT=kernel\nMESSAGE\n".getBytes(UTF_8));
        byte[] message = (XID + "\nMESSAGE=second line").getBytes(UTF_8);
        log.writeBytes(new byte[] {(byte) message.length, 0, 0, 0, 0, 0, 0, 0});
        log.writeBytes(message);
        log.writeBytes("\n\n[1.0] after it\n".getBytes(UTF_8));
        List<KernelRecord> records = read(log.toByteArray());
        assertThat(records)
                .extracting(KernelRecord::text)
                .containsExactly(new String(message, UTF_8), "[1.0] after it");
    }

    @Test
    void jsonOfTheJournalIsReadInAllItsForms() throws IOException {
        String entry =
                "{\"_TRANSPORT\":\"kernel\",\"__REALTIME_TIMESTAMP\":\"1772236800000000\",\"X\":{\"MESSAGE\":\"no\"},"
                        + "\"MESSAGE\":\"" + XID.replace("\"", "\\\"") + "\",\"_BOOT_ID\":\"b\"}";
        assertThat(read(entry + "\n\u001e" + entry + "\ndata: " + entry + "\n"))
                .hasSize(3)
                .allSatisfy(record -> {
                    assertThat(record.text()).isEqualTo(XID);
                    assertThat(record.boot()).contains("b");
                    assertThat(record.at()).contains(Instant.parse("2026-02-28T00:00:00Z"));
                });
        assertThat(read("{\"MESSAGE\":[78,86,255],\"_TRANSPORT\":\"kernel\"}"))
                .extracting(KernelRecord::text)
                .containsExactly("NV\ufffd");
        assertThat(read("{\"MESSAGE\":\"quoted: " + XID.replace("\"", "'") + "\",\"_TRANSPORT\":\"stdout\"}"))
                .as("a program that quotes the kernel")
                .isEmpty();
        assertThat(read("{\"MESSAGE\":\"cut"))
                .as("broken JSON is a line of text")
                .extracting(KernelRecord::text)
                .containsExactly("{\"MESSAGE\":\"cut");
    }

    @Test
    void aRecordOfTheKernelsBufferIsUnescapedAndHasItsNumber() throws IOException {
        KernelRecord record =
                read("4,1227,123456,c,caller=T1;NVRM: a\\x1b[31m b").getFirst();
        assertThat(record.text()).isEqualTo("NVRM: a\u001b[31m b");
        assertThat(record.sequence()).hasValue(1227);
        assertThat(record.at()).contains(Instant.parse("2026-02-28T00:00:00.123456Z"));
        assertThat(read("4,99999999999999999999,1,-;x").getFirst().text()).startsWith("4,999");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Feb 15 17:37:45 host kernel: [ 1.5] NVRM: x                       | 2026-02-15T17:37:45Z
            Dec 31 23:59:59 host kernel: NVRM: x                              | 2025-12-31T23:59:59Z
            Feb 29 12:00:00 host kernel: NVRM: x                              | 2024-02-29T12:00:00Z
            2026-02-20T10:00:00.250000+01:00 host kernel: NVRM: x             | 2026-02-20T09:00:00.250Z
            kern  :warn  : 2025-01-21T04:41:44,283302+00:00 NVRM: x           | 2025-01-21T04:41:44.283302Z
            kern: warning: [2026-02-20T10:00:00.5Z]: NVRM: x                  | 2026-02-20T10:00:00.500Z
            [Fri Aug 30 11:43:09 2024] NVRM: x                                | 2024-08-30T11:43:09Z
            [   60.250000] NVRM: x                                            | 2026-02-28T00:01:00.250Z
            <4>[   60.250000] NVRM: x                                         | 2026-02-28T00:01:00.250Z
            Xyz 99 25:61:61 host kernel: NVRM: x                              |
            kwi 15 17:37:45 host kernel: NVRM: x                              |
            """)
    void theTimeBeforeALineIsFoundInEveryForm(String line, String time) throws IOException {
        assertThat(read(line).getFirst().at().map(Instant::toString)).isEqualTo(Optional.ofNullable(time));
    }

    @Test
    void mutatedLogsAreReadToTheirEnd() throws IOException {
        byte[] seed =
                ("__CURSOR=1\n_TRANSPORT=kernel\nMESSAGE\n\u0005\0\0\0\0\0\0\0NVRM:\n\n{\"MESSAGE\":[1,2],\"a\":{}}\n"
                                + "4,1,2,-;" + XID + "\nFeb 29 12:00:00 h kernel: " + XID + "\n")
                        .getBytes(UTF_8);
        Random random = new Random(7);
        KernelLogParser parser = new KernelLogParser(XidCatalogue.shipped());
        for (int round = 0; round < 20_000; round++) {
            byte[] log = seed.clone();
            for (int i = random.nextInt(8); i >= 0; i--) {
                log[random.nextInt(log.length)] = (byte) random.nextInt(256);
            }
            for (KernelRecord record : read(log)) {
                parser.read(record.line(), record.text());
            }
        }
    }
}
