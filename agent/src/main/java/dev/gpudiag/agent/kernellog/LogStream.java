package dev.gpudiag.agent.kernellog;

import dev.gpudiag.checks.kernellog.KernelRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The records of a saved kernel log, in whatever form it was saved; each line tells its form by itself.
 *
 * <p>Text of dmesg (also with {@code -T}, {@code -x}), syslog, pstore, Talos and others; records of {@code /dev/kmsg};
 * {@code journalctl} with {@code -o short}, {@code json}, {@code json-seq}, {@code json-sse} and {@code export}. The
 * journal's own files are not read. Takes time in proportion to the input and a bounded part of memory. Not thread-safe.
 */
public final class LogStream {

    /** A JSON entry of the journal holds the message and some twenty fields more. */
    private static final int LINE_LIMIT = 64 * 1024;

    private final BoundedLines lines;
    private final LogClock clock;
    private JournalEntry export;
    private long number;
    private long entryLine;

    /** A stream that its owner closes. */
    public LogStream(InputStream in, LogClock clock) {
        this.lines = new BoundedLines(in, LINE_LIMIT);
        this.clock = clock;
    }

    /** Lines read so far. */
    public long lines() {
        return number;
    }

    /** The next record; empty at the end. */
    public Optional<KernelRecord> next() throws IOException {
        for (Optional<byte[]> line = lines.next(); line.isPresent(); line = lines.next()) {
            number++;
            Optional<KernelRecord> record = read(new String(line.get(), StandardCharsets.UTF_8));
            if (record.isPresent()) {
                return record;
            }
        }
        Optional<KernelRecord> last = exported();
        export = null;
        return last;
    }

    private Optional<KernelRecord> read(String line) throws IOException {
        if (export != null) {
            return exportField(line);
        }
        if (line.startsWith("__CURSOR=")) {
            export = new JournalEntry();
            return exportField(line);
        }
        int brace = line.indexOf('{');
        if (brace == 0 || (brace == 1 && line.charAt(0) == '\u001e') || line.startsWith("data: {")) {
            Optional<JournalEntry> entry = JournalEntry.parse(line.substring(brace));
            if (entry.isPresent()) {
                return entry.get().record(number);
            }
        }
        return Optional.of(KmsgRecord.parse(line).map(this::kept).orElseGet(() -> text(line)));
    }

    private KernelRecord kept(KmsgRecord record) {
        Optional<Instant> at = clock.bootedAt().map(booted -> booted.plus(record.sinceBoot()));
        return new KernelRecord(number, at, Optional.empty(), OptionalLong.of(record.sequence()), record.text());
    }

    private KernelRecord text(String line) {
        return new KernelRecord(number, LineTime.of(line, clock), Optional.empty(), OptionalLong.empty(), line);
    }

    /** A line of an entry of the export format: {@code NAME=text}, or {@code NAME}, a length and as many bytes. */
    private Optional<KernelRecord> exportField(String line) throws IOException {
        if (line.isEmpty()) {
            Optional<KernelRecord> record = exported();
            export = null;
            return record;
        }
        int equals = line.indexOf('=');
        String name = equals < 0 ? line : line.substring(0, equals);
        if (name.equals("MESSAGE")) {
            entryLine = number;
        }
        if (equals >= 0) {
            export.put(name, line.substring(equals + 1));
        } else {
            export.put(name, binary());
        }
        return Optional.empty();
    }

    private String binary() throws IOException {
        byte[] size = lines.bytes(Long.BYTES);
        if (size.length < Long.BYTES) {
            return "";
        }
        long length = ByteBuffer.wrap(size).order(ByteOrder.LITTLE_ENDIAN).getLong();
        byte[] data = length < 0 ? new byte[0] : lines.bytes(length);
        for (byte each : data) {
            number += each == '\n' ? 1 : 0;
        }
        lines.next();
        number++;
        return new String(data, StandardCharsets.UTF_8);
    }

    private Optional<KernelRecord> exported() {
        return export == null ? Optional.empty() : export.record(entryLine);
    }
}
