package dev.gpudiag.agent.torch;

import dev.gpudiag.checks.memory.torch.Frame;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** Turns lists of frames into records; what blocks share in the file they share here. Not thread-safe. */
final class SnapshotFrames {

    /** Deeper frames are those of the start of the program. */
    private static final int FRAME_LIMIT = 64;

    private final IdentityHashMap<Object, List<Frame>> lists = new IdentityHashMap<>();
    private final IdentityHashMap<Object, Frame> frames = new IdentityHashMap<>();

    /** The frames of a list as the pickle has it; what is no frame is left out. */
    List<Frame> of(Object list) {
        return list instanceof PickleList items ? lists.computeIfAbsent(list, key -> convert(items)) : List.of();
    }

    private List<Frame> convert(PickleList list) {
        List<Frame> converted = new ArrayList<>();
        for (Object item : list.items()) {
            if (item instanceof PickleDict dict && converted.size() < FRAME_LIMIT) {
                converted.add(frames.computeIfAbsent(dict, key -> frame(dict)));
            }
        }
        return List.copyOf(converted);
    }

    private static Frame frame(PickleDict dict) {
        return new Frame(
                text(dict, "filename"),
                text(dict, "name"),
                dict.get("line")
                        .filter(Long.class::isInstance)
                        .map(Long.class::cast)
                        .orElse(0L));
    }

    private static String text(PickleDict dict, String name) {
        return dict.get(name)
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .orElse("??");
    }
}
