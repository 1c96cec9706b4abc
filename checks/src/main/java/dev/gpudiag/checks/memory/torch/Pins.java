package dev.gpudiag.checks.memory.torch;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds who holds the blocks between the free ones. */
final class Pins {

    private static final int MOST = 10;
    static final String UNKNOWN = "(no stack recorded)";

    private int blocks;
    private long bytes;
    private int segments;
    private long stuck;

    private Pins() {}

    static List<Pool.Pin> of(List<Segment> segments) {
        Map<String, Pins> byOrigin = new HashMap<>();
        for (Segment segment : segments) {
            long stuck = segment.stuck();
            if (stuck > 0) {
                Set<String> here = new HashSet<>();
                for (Block block : segment.blocks()) {
                    if (!block.isInactive()) {
                        String origin = block.origin().map(Frame::describe).orElse(UNKNOWN);
                        Pins pins = byOrigin.computeIfAbsent(origin, key -> new Pins());
                        pins.blocks++;
                        pins.bytes += block.size();
                        if (here.add(origin)) {
                            pins.segments++;
                            pins.stuck += stuck;
                        }
                    }
                }
            }
        }
        return byOrigin.entrySet().stream()
                .map(entry -> entry.getValue().pin(entry.getKey()))
                .sorted(Comparator.comparingLong(Pool.Pin::stuck)
                        .thenComparingLong(Pool.Pin::bytes)
                        .reversed()
                        .thenComparing(Pool.Pin::origin))
                .limit(MOST)
                .toList();
    }

    private Pool.Pin pin(String origin) {
        return new Pool.Pin(origin, blocks, bytes, segments, stuck);
    }
}
