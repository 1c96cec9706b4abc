package dev.gpudiag.agent.torch;

/**
 * Which part of a snapshot a container belongs to, and so whether it is kept.
 *
 * <p>A value of a dictionary has the region that its key opens; an item of a list has that of the list.
 */
enum Region {
    /** The top: a dictionary, or a list of segments in the oldest snapshots. */
    TOP,
    SEGMENTS,
    BLOCKS,
    /** Allocations of a block, in snapshots from before PyTorch 2.1. */
    HISTORY,
    FRAMES,
    SETTINGS,
    /** Millions of entries: each is looked at once and let go of. */
    TRACES,
    /** Parsed for its memo indices only. */
    DROPPED;

    /** The region of a container that is the value of {@code key} in a dictionary of this region. */
    Region under(String key) {
        return switch (this) {
            case TOP, SEGMENTS ->
                switch (key) {
                    case "segments" -> this == TOP ? SEGMENTS : DROPPED;
                    case "device_traces" -> this == TOP ? TRACES : DROPPED;
                    case "allocator_settings" -> this == TOP ? SETTINGS : DROPPED;
                    case "blocks" -> BLOCKS;
                    case "frames" -> FRAMES;
                    case "segment_pool_id" -> SEGMENTS;
                    default -> DROPPED;
                };
            case BLOCKS ->
                switch (key) {
                    case "frames" -> FRAMES;
                    case "history" -> HISTORY;
                    default -> DROPPED;
                };
            case HISTORY -> key.equals("frames") ? FRAMES : DROPPED;
            case SETTINGS -> SETTINGS;
            case TRACES, FRAMES, DROPPED -> DROPPED;
        };
    }
}
