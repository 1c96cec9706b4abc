package dev.gpudiag.agent.torch;

/**
 * What the values of a pickle may take on the heap, in bytes as estimated from the object layout of a 64-bit JVM.
 *
 * <p>The estimate is on the high side; a file that would need more is refused before the heap is full.
 */
final class HeapBudget {

    /** Of the 256 MiB that the command line has. */
    static final long DEFAULT = 128L << 20;

    static final int CONTAINER = 64;
    static final int ENTRY = 24;
    static final int TEXT = 56;

    private final long limit;
    private long used;

    HeapBudget(long limit) {
        this.limit = limit;
    }

    void charge(long bytes) throws TorchFileException {
        used += bytes;
        if (used > limit) {
            throw new TorchFileException(
                    "the snapshot holds more segments and blocks than fit into " + (limit >> 20) + " MiB of heap");
        }
    }

    /** Whether frames have taken the half that is theirs. */
    boolean isHalfUsed() {
        return used > limit / 2;
    }
}
