package dev.gpudiag.checks.memory.oom;

import java.util.Locale;

/** A figure of an out-of-memory message, in bytes. */
public enum OomFigure {
    /** What was asked for. */
    REQUESTED,
    /** Memory of the device. */
    CAPACITY,
    /** What the driver had left. */
    FREE,
    /** What the program held of the allocator. */
    ALLOCATED,
    /** The most that it ever held. */
    PEAK_ALLOCATED,
    /** What the allocator had got from the driver. */
    RESERVED,
    /** Reserved and not allocated. */
    UNALLOCATED,
    /** Reserved, free, and stuck between blocks in use. */
    INACTIVE_SPLIT,
    /** Allocated in private pools such as those of CUDA graphs. */
    PRIVATE_POOLS,
    /** What the process held in all, with context and libraries. */
    PROCESS,
    /** What was held outside this process, or outside its allocator where the message does not tell the process. */
    OTHERS,
    /** What the allocator was allowed to take. */
    ALLOWED,
    /** The largest free piece of the allocator. */
    LARGEST_FREE;

    /** The key in JSON, such as {@code requested_bytes}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT) + "_bytes";
    }
}
