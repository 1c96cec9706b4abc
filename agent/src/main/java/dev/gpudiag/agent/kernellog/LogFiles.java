package dev.gpudiag.agent.kernellog;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.checks.kernellog.KernelRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The files in which a log daemon keeps what the kernel says, below a host root; only the end of each is read. Not thread-safe.
 *
 * <p>Lines of programs are left out, since they may quote the kernel or imitate it. A line about another subject is left
 * out as well, but for those that begin a boot.
 */
final class LogFiles {

    static final List<String> PATHS =
            List.of("/var/log/kern.log", "/var/log/messages", "/var/log/syslog", "/var/log/dmesg");

    /** What is read of each file; some 40,000 lines. */
    static final int TAIL_BYTES = 4 * 1024 * 1024;

    private static final String NEW_BOOT = "Linux version ";
    private static final List<String> SUBJECTS = List.of(
            "NVRM", "nvidia", "SXid", "PCIe Bus Error", "libnccl", "request_free_mem_region", "fallen off", NEW_BOOT);

    /**
     * What was found of one file.
     *
     * @param records oldest first
     * @param begins time of the first line that was read
     * @param size bytes of the file now
     */
    record Content(String path, List<KernelRecord> records, Optional<Instant> begins, long size) {}

    /**
     * The end of a file, and before it of the one to which the log daemon moved the last, where the file is smaller than
     * {@code sizeBefore}. A record of the running boot gets {@code boot}; those
     * before get one name for each boot that the files show. A record's number is made of its line, so that it is the same
     * when the file is read again, or was moved away.
     */
    static Content read(HostRoot root, String path, LogClock clock, Optional<String> boot, long sizeBefore)
            throws IOException {
        LogFiles files = new LogFiles(path, clock, boot);
        Path current = root.regularFile(path);
        if (Files.size(current) < sizeBefore) {
            for (String rotated : rotated(root, path)) {
                files.read(root.regularFile(rotated));
            }
        }
        long size = files.read(current);
        return new Content(path, List.copyOf(files.records), files.begins, size);
    }

    /** The file to which a log daemon moved the last one: kern.log.1, or messages-20261122; compressed ones are left out. */
    private static List<String> rotated(HostRoot root, String path) throws IOException {
        int slash = path.lastIndexOf('/');
        String name = Pattern.quote(path.substring(slash + 1));
        Pattern form = Pattern.compile(name + "(\\.1|-\\d{8})");
        return root.names(path.substring(0, slash), file -> form.matcher(file).matches()).stream()
                .max(Comparator.naturalOrder())
                .map(file -> path.substring(0, slash + 1) + file)
                .filter(root::isFile)
                .stream()
                .toList();
    }

    private final String path;
    private final LogClock clock;
    private final Optional<String> boot;
    private final List<KernelRecord> records = new ArrayList<>();
    private final Map<String, Integer> sameLines = new HashMap<>();
    private Optional<Instant> begins = Optional.empty();
    private int boots;
    private long line;

    private LogFiles(String path, LogClock clock, Optional<String> boot) {
        this.path = path;
        this.clock = clock;
        this.boot = boot;
    }

    /** Reads the end of one file; gives its size. */
    private long read(Path file) throws IOException {
        try (SeekableByteChannel channel =
                        Files.newByteChannel(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
                InputStream in = Channels.newInputStream(channel)) {
            long size = channel.size();
            long start = Math.max(0, size - TAIL_BYTES);
            channel.position(start);
            BoundedLines lines = new BoundedLines(in, KmsgRecord.SIZE_LIMIT);
            if (start > 0) {
                lines.next(); // a line that was cut
            }
            for (Optional<byte[]> next = lines.next(); next.isPresent(); next = lines.next()) {
                take(new String(next.get(), StandardCharsets.UTF_8));
            }
            return size;
        }
    }

    private void take(String text) {
        line++;
        begins = begins.isPresent() ? begins : LineTime.of(text, clock);
        if (SUBJECTS.stream().noneMatch(text::contains) || !isKernels(path, text)) {
            return;
        }
        boots += text.contains(NEW_BOOT) ? 1 : 0;
        Optional<Instant> at = LineTime.of(text, clock);
        records.add(new KernelRecord(
                line,
                at,
                isOfThisBoot(at, clock) ? boot : Optional.of(path + " boot " + boots),
                OptionalLong.of(number(text, sameLines.merge(text, 1, Integer::sum))),
                text));
    }

    /** Of a line, and of how many like it there were (FNV-1a, 63 bits). */
    private static long number(String text, int occurrence) {
        long hash = 0xcbf29ce484222325L;
        for (byte each : (occurrence + " " + text).getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (each & 0xff)) * 0x100000001b3L;
        }
        return hash & Long.MAX_VALUE;
    }

    private static boolean isKernels(String path, String line) {
        return path.endsWith("/dmesg") || line.contains(" kernel: ");
    }

    private static boolean isOfThisBoot(Optional<Instant> at, LogClock clock) {
        return clock.bootedAt()
                .filter(booted -> at.filter(time -> !time.isBefore(booted.minusSeconds(5)))
                        .isPresent())
                .isPresent();
    }
}
