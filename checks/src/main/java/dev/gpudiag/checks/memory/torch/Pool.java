package dev.gpudiag.checks.memory.torch;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * One pool of the allocator.
 *
 * @param pins who holds the blocks beside which free memory is stuck, most stuck memory first
 */
public record Pool(PoolKey key, Use use, List<Pin> pins) {

    public Pool {
        requireNonNull(key, "key is null");
        requireNonNull(use, "use is null");
        pins = List.copyOf(pins);
    }

    /**
     * A place in the program whose blocks keep segments from going back to the driver.
     *
     * @param origin where it is, in words
     * @param bytes size of its blocks in these segments
     * @param stuck free bytes in these segments
     */
    public record Pin(String origin, int blocks, long bytes, int segments, long stuck) {}
}
