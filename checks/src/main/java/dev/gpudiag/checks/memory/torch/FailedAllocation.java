package dev.gpudiag.checks.memory.torch;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/**
 * An allocation that failed, held against what the snapshot shows.
 *
 * @param free free bytes of all pools of the device, by the snapshot
 * @param largest the largest free block of the pools that could have served it, by the snapshot
 */
public record FailedAllocation(OomEntry entry, Reason reason, long free, long largest) {

    /** Why it failed. */
    public enum Reason {
        /** There was enough, in pieces that were too small. */
        FRAGMENTATION(true),
        /** There was a piece, in a pool of another stream, graph or size. */
        OTHER_POOL(true),
        /** Not even all free memory together was enough. */
        FULL(false),
        /** The driver had more left than was asked for: a limit lies elsewhere. */
        LIMIT(false),
        /** A block that is large enough is free by now: the snapshot does not show the moment of the failure. */
        LATER(false),
        /** The trace does not say what the driver had left. */
        UNKNOWN(false);

        private final boolean fragmentation;

        Reason(boolean fragmentation) {
            this.fragmentation = fragmentation;
        }

        /** Whether the memory was there, and not in one usable piece. */
        public boolean isFragmentation() {
            return fragmentation;
        }
    }

    public FailedAllocation {
        requireNonNull(entry, "entry is null");
        requireNonNull(reason, "reason is null");
    }

    /** Requests above this are served from large blocks (c10/cuda/CUDACachingAllocator, kSmallSize). */
    static final long SMALL_REQUEST = 1L << 20;

    /** An unknown figure of the driver explains nothing away. */
    static Reason reason(long requested, OptionalLong deviceFree, long free, long largestUsable, long largestAnywhere) {
        if (requested <= largestUsable) {
            return Reason.LATER;
        }
        if (deviceFree.isEmpty()) {
            return requested <= free ? Reason.FRAGMENTATION : Reason.UNKNOWN;
        }
        long driver = deviceFree.getAsLong();
        if (requested <= driver) {
            return Reason.LIMIT;
        }
        if (requested > free + driver) {
            return Reason.FULL;
        }
        return requested <= largestAnywhere ? Reason.OTHER_POOL : Reason.FRAGMENTATION;
    }
}
