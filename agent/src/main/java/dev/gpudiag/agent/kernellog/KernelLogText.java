package dev.gpudiag.agent.kernellog;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.telemetry.Reading;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/** The kernel log as it stands, for people elsewhere: the kernel's own buffer, or the end of the log files. */
public final class KernelLogText {

    private KernelLogText() {}

    /**
     * The newest part of the log.
     *
     * @param limit characters to be kept
     * @throws IOException with the reason where neither buffer nor file can be read
     */
    public static String read(HostRoot root, int limit) throws IOException {
        Reading<KernelBuffer> buffer = KernelBuffer.open(root);
        if (buffer.isPresent()) {
            try (KernelBuffer open = buffer.value().orElseThrow()) {
                return records(open, limit);
            }
        }
        StringBuilder files = new StringBuilder();
        for (String path : LogFiles.PATHS) {
            if (root.isFile(path)) {
                files.append("== ")
                        .append(path)
                        .append('\n')
                        .append(tail(root.regularFile(path), limit))
                        .append('\n');
            }
        }
        if (files.isEmpty()) {
            throw new IOException(buffer.describe() + "; no log file either");
        }
        return files.toString();
    }

    private static String records(KernelBuffer buffer, int limit) throws IOException {
        Deque<String> lines = new ArrayDeque<>();
        int length = 0;
        while (true) {
            String line;
            switch (buffer.next()) {
                case KernelBuffer.Next.End end -> {
                    return String.join("\n", lines) + "\n";
                }
                case KernelBuffer.Next.Overrun overrun -> line = "(records were overwritten)";
                case KernelBuffer.Next.Entry entry -> line = line(entry.text());
            }
            lines.add(line);
            length += line.length() + 1;
            while (length > limit) {
                length -= lines.remove().length() + 1;
            }
        }
    }

    private static String line(String entry) {
        return KmsgRecord.parse(entry)
                .map(record -> String.format(
                        Locale.ROOT, "[%12.6f] %s", record.sinceBoot().toNanos() / 1e9, record.text()))
                .orElse(entry);
    }

    private static String tail(Path file, int limit) throws IOException {
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            channel.position(Math.max(0, channel.size() - limit));
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(limit, channel.size()));
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            return new String(bytes.array(), 0, bytes.position(), UTF_8);
        }
    }
}
