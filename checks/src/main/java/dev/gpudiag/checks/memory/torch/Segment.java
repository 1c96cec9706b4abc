package dev.gpudiag.checks.memory.torch;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Memory that the allocator got from the driver in one piece, in bytes.
 *
 * @param address unsigned
 * @param total its size
 * @param allocated bytes of blocks that the program holds
 * @param active these, and blocks that a stream still uses
 * @param expandable whether it is virtual memory whose free pages the allocator can give back
 * @param blocks in the order of their addresses, not empty
 */
public record Segment(
        PoolKey pool, long address, long total, long allocated, long active, boolean expandable, List<Block> blocks) {

    public Segment {
        requireNonNull(pool, "pool is null");
        if (total < 0 || allocated < 0 || active < 0) {
            throw new IllegalArgumentException("a size is negative");
        }
        blocks = List.copyOf(blocks);
    }

    /** Bytes of inactive blocks. */
    public long inactive() {
        return blocks.stream().filter(Block::isInactive).mapToLong(Block::size).sum();
    }

    /** Whether nothing in it is in use, so that it goes back to the driver before an allocation fails. */
    public boolean isReleasable() {
        return blocks.stream().allMatch(Block::isInactive);
    }

    /** Inactive bytes beside blocks in use: they cannot go back, and serve only requests that fit. */
    public long stuck() {
        return isReleasable() ? 0 : inactive();
    }
}
