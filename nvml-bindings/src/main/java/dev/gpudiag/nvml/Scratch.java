package dev.gpudiag.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * One thread's native memory for arguments and answers.
 *
 * <p>It is allocated once and grows for long lists. {@link #clear} zeroes the part that a call uses, because old
 * libraries write only a prefix of a struct. Reads go through a direct buffer, which costs no JNI call.
 */
final class Scratch {
    /** Holds nvmlGpmMetricsGet_t, the largest struct, with room to spare. */
    static final int INITIAL_BYTES = 16 * 1024;

    private Memory memory;
    private ByteBuffer bytes;
    private long address;

    Scratch() {
        allocate(INITIAL_BYTES);
    }

    private void allocate(int size) {
        memory = new Memory(size);
        bytes = memory.getByteBuffer(0, size).order(ByteOrder.nativeOrder());
        address = Pointer.nativeValue(memory);
    }

    /** Zeroes the first {@code size} bytes, after growing where they do not fit. */
    Scratch clear(int size) {
        if (size > memory.size()) {
            allocate(Math.max(size, Math.toIntExact(memory.size()) * 2));
        }
        for (int i = 0; i < size; i += Long.BYTES) {
            bytes.putLong(i, 0L);
        }
        return this;
    }

    /** Fills a range, whose length is a multiple of 8, with a byte that a driver is unlikely to write last. */
    void fill(int from, int length, byte value) {
        long word = (value & 0xffL) * 0x0101010101010101L;
        for (int i = from; i < from + length; i += Long.BYTES) {
            bytes.putLong(i, word);
        }
    }

    long address() {
        return address;
    }

    long address(int offset) {
        return address + offset;
    }

    int int32(int offset) {
        return bytes.getInt(offset);
    }

    long uint32(int offset) {
        return Integer.toUnsignedLong(bytes.getInt(offset));
    }

    long int64(int offset) {
        return bytes.getLong(offset);
    }

    int uint16(int offset) {
        return bytes.getShort(offset) & 0xffff;
    }

    int uint8(int offset) {
        return bytes.get(offset) & 0xff;
    }

    double float64(int offset) {
        return bytes.getDouble(offset);
    }

    boolean bool(int offset) {
        return bytes.getInt(offset) != 0;
    }

    Scratch putInt(int offset, int value) {
        bytes.putInt(offset, value);
        return this;
    }

    Scratch putLong(int offset, long value) {
        bytes.putLong(offset, value);
        return this;
    }

    /** The text up to a NUL or, where there is none, to the end of its {@code size} bytes. */
    String text(int offset, int size) {
        int length = 0;
        while (length < size && bytes.get(offset + length) != 0) {
            length++;
        }
        byte[] copy = new byte[length];
        bytes.get(offset, copy);
        return new String(copy, StandardCharsets.UTF_8);
    }

    /** Writes a text with its NUL; false where it does not fit in {@code size} bytes. */
    boolean putText(int offset, String text, int size) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        if (encoded.length >= size) {
            return false;
        }
        bytes.put(offset, encoded);
        bytes.put(offset + encoded.length, (byte) 0);
        return true;
    }

    String hex(int offset, int size) {
        byte[] copy = new byte[size];
        bytes.get(offset, copy);
        return HexFormat.of().formatHex(copy);
    }
}
