package dev.gpudiag.checks.memory.torch;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;
import java.util.Optional;

/**
 * Names a pool: a free block serves only requests for its own pool.
 *
 * @param stream CUDA stream, unsigned; 0 is the default stream
 * @param type {@code large} or {@code small}
 * @param id private pool, such as that of a CUDA graph; (0, 0) is the common one; empty in old snapshots
 */
public record PoolKey(int device, long stream, String type, Optional<Id> id) {

    /** The order of a report. */
    public static final Comparator<PoolKey> ORDER = Comparator.comparingInt(PoolKey::device)
            .thenComparing(key -> key.id().map(Id::first).orElse(0L))
            .thenComparing(key -> key.id().map(Id::second).orElse(0L))
            .thenComparing(PoolKey::stream, Long::compareUnsigned)
            .thenComparing(PoolKey::type);

    /** The two numbers of a pool. */
    public record Id(long first, long second) {
        boolean isCommon() {
            return first == 0 && second == 0;
        }
    }

    public PoolKey {
        requireNonNull(type, "type is null");
        requireNonNull(id, "id is null");
    }

    boolean isCommon() {
        return id.map(Id::isCommon).orElse(true);
    }

    /** {@code large pool, stream 0}. */
    public String describe() {
        String name = type + " pool, stream " + (stream == 0 ? "0" : "0x" + Long.toHexString(stream));
        return isCommon()
                ? name
                : name + ", private (" + id.orElseThrow().first() + ", "
                        + id.orElseThrow().second() + ")";
    }
}
