package dev.gpudiag.checks.memory.torch;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A part of a segment, in bytes.
 *
 * @param address unsigned
 * @param requested what the program asked for, before rounding
 * @param frames innermost first; empty where they were not recorded or not kept
 */
public record Block(long address, long size, OptionalLong requested, State state, List<Frame> frames) {

    /** What the allocator does with a block. */
    public enum State {
        ACTIVE_ALLOCATED,
        /** Freed by the program, still in use by a stream. */
        ACTIVE_PENDING_FREE,
        INACTIVE,
        /** A state that this version does not know. */
        OTHER
    }

    public Block {
        requireNonNull(requested, "requested is null");
        requireNonNull(state, "state is null");
        if (size < 0) {
            throw new IllegalArgumentException("size is negative");
        }
        // not copied: lists of frames are shared by all blocks of one place, and belong to the snapshot
        requireNonNull(frames, "frames is null");
    }

    boolean isInactive() {
        return state == State.INACTIVE;
    }

    /** Where the program asked for it: its own code before that of its libraries. */
    public Optional<Frame> origin() {
        return frames.stream()
                .filter(Frame::isOfUser)
                .findFirst()
                .or(() -> frames.stream().filter(Frame::isPython).findFirst())
                .or(() ->
                        frames.stream().filter(frame -> !frame.isOfAllocator()).findFirst())
                .or(() -> frames.stream().findFirst());
    }
}
