package dev.gpudiag.checks.kernellog;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * How often a GPU has reported an Xid, as far as the reader remembers.
 *
 * @param count never goes down while one reader runs
 * @param last when it was reported last; empty where the log does not tell
 */
public record XidTotal(Key key, long count, Optional<Instant> last) {

    /** A GPU, by its address where it is known, and an Xid. */
    public record Key(Optional<String> pciBusId, int xid) {}

    public XidTotal {
        requireNonNull(key, "key is null");
        requireNonNull(last, "last is null");
    }

    /** The same with one event more. */
    public XidTotal plus(Optional<Instant> at) {
        Optional<Instant> newest =
                last.isEmpty() || at.filter(last.get()::isBefore).isPresent() ? at : last;
        return new XidTotal(key, count + 1, newest);
    }
}
