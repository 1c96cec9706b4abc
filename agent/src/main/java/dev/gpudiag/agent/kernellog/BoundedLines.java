package dev.gpudiag.agent.kernellog;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The lines of a stream, each cut at a limit: a line without end takes time, not memory. Not thread-safe. */
public final class BoundedLines {

    private final InputStream in;
    private final int limit;

    public BoundedLines(InputStream in, int limit) {
        this.in = new BufferedInputStream(in, 1 << 16);
        this.limit = limit;
    }

    /** The next {@code size} bytes, of which at most the limit is kept; fewer at the end. */
    byte[] bytes(long size) throws IOException {
        byte[] kept = in.readNBytes((int) Math.min(size, limit));
        in.skip(Math.max(0, size - kept.length));
        return kept;
    }

    /** The next line without its line feed; empty at the end. */
    public Optional<byte[]> next() throws IOException {
        int read = in.read();
        if (read < 0) {
            return Optional.empty();
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (read >= 0 && read != '\n') {
            if (line.size() < limit) {
                line.write(read);
            }
            read = in.read();
        }
        return Optional.of(line.toByteArray());
    }
}
