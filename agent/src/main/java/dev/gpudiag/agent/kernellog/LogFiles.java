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
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The files in which a log daemon keeps what the kernel says, below a host root; only the end of each is read.
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

    private LogFiles() {}

    /**
     * What was found of one file.
     *
     * @param records oldest first
     * @param begins time of the first line that was read
     */
    record Content(String path, List<KernelRecord> records, Optional<Instant> begins) {}

    /**
     * The end of a file. A record of the running boot gets {@code boot}; those before get one name for each boot that the
     * file shows.
     */
    static Content read(HostRoot root, String path, LogClock clock, Optional<String> boot) throws IOException {
        Path file = root.regularFile(path);
        List<KernelRecord> records = new ArrayList<>();
        Optional<Instant> begins = Optional.empty();
        try (SeekableByteChannel channel =
                        Files.newByteChannel(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
                InputStream in = Channels.newInputStream(channel)) {
            long start = Math.max(0, channel.size() - TAIL_BYTES);
            channel.position(start);
            BoundedLines lines = new BoundedLines(in, KmsgRecord.SIZE_LIMIT);
            if (start > 0) {
                lines.next(); // a line that was cut
            }
            int boots = 0;
            long number = 0;
            for (Optional<byte[]> line = lines.next(); line.isPresent(); line = lines.next()) {
                number++;
                String text = new String(line.get(), StandardCharsets.UTF_8);
                begins = begins.isPresent() ? begins : LineTime.of(text, clock);
                if (SUBJECTS.stream().noneMatch(text::contains) || !isKernels(path, text)) {
                    continue;
                }
                boots += text.contains(NEW_BOOT) ? 1 : 0;
                Optional<Instant> at = LineTime.of(text, clock);
                records.add(new KernelRecord(
                        number,
                        at,
                        isOfThisBoot(at, clock) ? boot : Optional.of(path + " boot " + boots),
                        OptionalLong.empty(),
                        text));
            }
        }
        return new Content(path, List.copyOf(records), begins);
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
