package dev.gpudiag.nvml;

import java.util.ArrayList;
import java.util.List;

/**
 * The protocol of NVML's list functions: a count goes in as capacity and comes out as length, too small a capacity
 * answers INSUFFICIENT_SIZE, and the list may have grown meanwhile.
 *
 * <p>Memory: the count at 0, other arguments at 8 to {@link #ENTRIES}, the entries from there.
 */
final class GrowingList {
    /** Where the entries begin. */
    static final int ENTRIES = 64;

    /** Where a struct that carries count and pointer itself, or a second argument, may lie. */
    static final int ARGUMENTS = 8;

    private static final int FIRST_CAPACITY = 64;
    private static final int MOST_ENTRIES = 1 << 16;
    private static final int ATTEMPTS = 6;

    /** One attempt; the memory is zeroed and holds the capacity at 0. */
    interface Attempt {
        int call(Scratch memory, int capacity);
    }

    /** Reads the entry that begins at this offset. */
    interface Entry<T> {
        T read(Scratch memory, int offset);
    }

    private GrowingList() {}

    /** Entries of {@code stride} bytes, as many as the function reports and memory holds. */
    static <T> List<T> read(Nvml nvml, Symbol symbol, int stride, Attempt attempt, Entry<T> entry)
            throws NvmlException {
        int count = fill(nvml, symbol, stride, attempt);
        Scratch memory = nvml.require(symbol);
        List<T> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(entry.read(memory, ENTRIES + i * stride));
        }
        return entries;
    }

    /** Leaves the entries in this thread's memory, and answers how many. */
    static int fill(Nvml nvml, Symbol symbol, int stride, Attempt attempt) throws NvmlException {
        int capacity = FIRST_CAPACITY;
        for (int i = 0; i < ATTEMPTS; i++) {
            Scratch memory = nvml.require(symbol).clear(ENTRIES + capacity * stride);
            memory.putInt(0, capacity);
            int code = attempt.call(memory, capacity);
            long reported = memory.uint32(0);
            if (code != NvmlReturn.INSUFFICIENT_SIZE.code()) {
                nvml.check(symbol, code);
                return (int) Math.min(reported, capacity);
            }
            // Some functions do not report how much they need; a list may also grow between two calls.
            capacity = (int) Math.min(MOST_ENTRIES, Math.max(reported + reported / 4, 2L * capacity));
        }
        throw nvml.failure(symbol, NvmlReturn.INSUFFICIENT_SIZE);
    }
}
