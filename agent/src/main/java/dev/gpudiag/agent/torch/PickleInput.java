package dev.gpudiag.agent.torch;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** The bytes of a pickle, and how far they have been read. Holds one buffer, whatever a length in the file says. */
final class PickleInput {

    private static final int BUFFER = 1 << 16;

    /** The longest line of a text opcode: a number, an index, or a text of protocol 0. */
    private static final int LINE_LIMIT = 1 << 16;

    private final InputStream in;
    private final long limit;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int end;
    private long before;

    /**
     * @param limit bytes after which the file is refused
     */
    PickleInput(InputStream in, long limit) {
        this.in = in;
        this.limit = limit;
    }

    /** Offset of the next byte. */
    long offset() {
        return before + position;
    }

    /** The next byte, 0 to 255. */
    int next() throws IOException, TorchFileException {
        if (position == end) {
            fill();
        }
        return buffer[position++] & 0xff;
    }

    private void fill() throws IOException, TorchFileException {
        before += end;
        position = 0;
        end = 0;
        int read = in.read(buffer);
        if (read < 0) {
            throw new TorchFileException("the pickle ends at byte " + before + ", in the middle of it");
        }
        end = read;
        if (before + end > limit) {
            throw new TorchFileException("the pickle is longer than " + limit + " bytes");
        }
    }

    /** An unsigned little-endian number of at most 8 bytes, of which the last must leave it positive. */
    long unsigned(int bytes) throws IOException, TorchFileException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) next() << (8 * i);
        }
        if (value < 0) {
            throw new TorchFileException("a length at byte " + (offset() - bytes) + " is impossible");
        }
        return value;
    }

    /** A little-endian number in two's complement, as LONG1 has it. */
    BigInteger signed(int bytes) throws IOException, TorchFileException {
        byte[] bigEndian = new byte[bytes];
        for (int i = bytes - 1; i >= 0; i--) {
            bigEndian[i] = (byte) next();
        }
        return bytes == 0 ? BigInteger.ZERO : new BigInteger(bigEndian);
    }

    /** A text of a known length in bytes; what is not UTF-8 in it is replaced. */
    String text(int length) throws IOException, TorchFileException {
        byte[] bytes = new byte[length];
        for (int done = 0; done < length; ) {
            if (position == end) {
                fill();
            }
            int part = Math.min(length - done, end - position);
            System.arraycopy(buffer, position, bytes, done, part);
            position += part;
            done += part;
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    void skip(long length) throws IOException, TorchFileException {
        for (long left = length; left > 0; ) {
            if (position == end) {
                fill();
            }
            int part = (int) Math.min(left, end - position);
            position += part;
            left -= part;
        }
    }

    /** The rest of a line, as the text opcodes of protocol 0 have it. */
    String line() throws IOException, TorchFileException {
        StringBuilder line = new StringBuilder();
        for (int read = next(); read != '\n'; read = next()) {
            if (line.length() == LINE_LIMIT) {
                throw new TorchFileException("a line at byte " + offset() + " is longer than " + LINE_LIMIT + " bytes");
            }
            line.append((char) read);
        }
        return line.toString();
    }
}
