package dev.gpudiag.checks.memory.torch;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Sums over segments, in bytes.
 *
 * @param reserved got from the driver
 * @param allocated held by the program
 * @param active these, and what a stream still uses
 * @param inactive free blocks
 * @param stuck free blocks beside blocks in use: they cannot go back to the driver
 * @param largestInactive the largest free block: the largest request that needs nothing of the driver
 * @param expandable bytes of {@code reserved} in expandable segments
 */
public record Use(
        long reserved,
        long allocated,
        long active,
        long inactive,
        long stuck,
        long largestInactive,
        long expandable,
        int segments,
        int blocks) {

    /** The sums over {@code segments}. */
    public static Use of(List<Segment> segments) {
        long reserved = 0;
        long allocated = 0;
        long active = 0;
        long inactive = 0;
        long stuck = 0;
        long largest = 0;
        long expandable = 0;
        int blocks = 0;
        for (Segment segment : requireNonNull(segments, "segments is null")) {
            reserved += segment.total();
            allocated += segment.allocated();
            active += segment.active();
            inactive += segment.inactive();
            stuck += segment.stuck();
            expandable += segment.expandable() ? segment.total() : 0;
            blocks += segment.blocks().size();
            for (Block block : segment.blocks()) {
                largest = Math.max(largest, block.isInactive() ? block.size() : 0);
            }
        }
        return new Use(reserved, allocated, active, inactive, stuck, largest, expandable, segments.size(), blocks);
    }

    /** F1: the part of what is reserved that is stuck; 0 where nothing is reserved. */
    public double stuckRatio() {
        return reserved == 0 ? 0 : (double) stuck / reserved;
    }

    /** F2: the part of what is free in the cache that is stuck; 0 where nothing is free. */
    public double stuckPartOfFree() {
        return inactive == 0 ? 0 : (double) stuck / inactive;
    }

    /** F3: 1 - largest free block / all free blocks; 0 where nothing is free. */
    public double fragmentationRatio() {
        return inactive == 0 ? 0 : 1 - (double) largestInactive / inactive;
    }

    /** What the allocator gives back to the driver before it reports that memory is out. */
    public long releasable() {
        return inactive - stuck;
    }

    /** Whether most of it is in expandable segments, of which free pages can be given back: the ratios overstate. */
    public boolean isMostlyExpandable() {
        return expandable > reserved / 2;
    }
}
