package dev.gpudiag.agent.kernellog;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A regular file that stands for {@code /dev/kmsg} in a simulated host: a record a line, and it may grow. */
final class KernelFile implements KernelBuffer {

    private final SeekableByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(KmsgRecord.SIZE_LIMIT).limit(0);
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    KernelFile(Path file) throws IOException {
        channel = Files.newByteChannel(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public Next next() throws IOException {
        while (true) {
            while (buffer.hasRemaining()) {
                byte each = buffer.get();
                if (each == '\n') {
                    String text = line.toString(UTF_8);
                    line.reset();
                    return new Next.Entry(text);
                }
                if (line.size() < KmsgRecord.SIZE_LIMIT) {
                    line.write(each);
                }
            }
            int read = channel.read(buffer.clear());
            buffer.flip();
            if (read <= 0) {
                return new Next.End();
            }
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // nothing was written: there is nothing to lose
        }
    }
}
