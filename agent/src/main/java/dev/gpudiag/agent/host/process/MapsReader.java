package dev.gpudiag.agent.host.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.util.Arrays;

/** Reads {@code /proc/PID/maps} in one pass with a small buffer; looks at mapped shared objects alone. */
final class MapsReader {

    static final String FILE = "maps";

    /** The kernel allows 65,530 mappings by default, some 10 MB of text. */
    private static final int LIMIT = 16 * 1024 * 1024;

    /** Bytes of the buffer that a caller lends. */
    static final int BUFFER = 32 * 1024;

    private static final byte[] SHARED_OBJECT = {'.', 's', 'o'};

    private final MappedFiles.Builder found = new MappedFiles.Builder();
    private final byte[] buffer;
    private byte[] last = {};

    private MapsReader(byte[] buffer) {
        this.buffer = buffer;
    }

    /**
     * Reads all of {@code in}; throws when it is longer than any process's mappings are.
     *
     * @param buffer of {@link #BUFFER} bytes, whose content does not matter
     */
    static MappedFiles read(InputStream in, byte[] buffer) throws IOException {
        return new MapsReader(buffer).readAll(in);
    }

    private MappedFiles readAll(InputStream in) throws IOException {
        int filled = 0;
        long total = 0;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer, filled, BUFFER - filled)) {
            total += count;
            if (total > LIMIT) {
                throw new FileSystemException(FILE, null, "longer than " + LIMIT + " bytes");
            }
            filled = rest(filled + count);
        }
        addLine(0, filled);
        return found.build();
    }

    /** Takes the complete lines; what is left of the last one moves to the front. A line longer than the buffer is none. */
    private int rest(int filled) {
        int start = 0;
        for (int i = 0; i < filled; i++) {
            if (buffer[i] == '\n') {
                addLine(start, i);
                start = i + 1;
            }
        }
        if (start == 0 && filled == BUFFER) {
            return 0;
        }
        System.arraycopy(buffer, start, buffer, 0, filled - start);
        return filled - start;
    }

    /** Most lines have the path of the line before, since a library is mapped in parts. */
    private void addLine(int start, int end) {
        int path = start;
        while (path < end && buffer[path] != '/') {
            path++;
        }
        if (path == end || Arrays.equals(buffer, path, end, last, 0, last.length)) {
            return;
        }
        last = Arrays.copyOfRange(buffer, path, end);
        if (isSharedObject()) {
            found.add(new String(last, StandardCharsets.UTF_8));
        }
    }

    private boolean isSharedObject() {
        for (int i = last.length - SHARED_OBJECT.length; i >= 0; i--) {
            if (Arrays.equals(last, i, i + SHARED_OBJECT.length, SHARED_OBJECT, 0, SHARED_OBJECT.length)) {
                return true;
            }
        }
        return false;
    }
}
