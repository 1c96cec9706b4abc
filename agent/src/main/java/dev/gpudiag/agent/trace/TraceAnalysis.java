package dev.gpudiag.agent.trace;

import dev.gpudiag.checks.memory.GrowthDetector;
import dev.gpudiag.checks.memory.GrowthEvent;
import dev.gpudiag.checks.memory.GrowthLevel;
import dev.gpudiag.checks.memory.GrowthOptions;
import dev.gpudiag.checks.memory.GrowthSlope;
import dev.gpudiag.checks.memory.GrowthVerdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Runs one growth detector per series over the points of a trace, one after the other. Not thread-safe. */
public final class TraceAnalysis {

    /** More processes than this in one trace are counted and left out. */
    public static final int SERIES_LIMIT = 2000;

    private static final int CLEARED_LIMIT = 1000;

    /** A process that has not been seen for this long before the end holds nothing any more. */
    private static final double GONE_SECONDS = 600;

    private final OptionalLong deviceBytes;
    private final Map<Key, Track> tracks = new LinkedHashMap<>();
    private final Map<String, Long> totals = new HashMap<>();
    private double first = Double.NaN;
    private double last;
    private long leftOut;

    private record Key(String gpu, OptionalLong pid, long birth) {}

    private static final class Track {
        private final GrowthDetector detector;
        private final MemoryCurve curve = new MemoryCurve();
        private final Map<GrowthLevel, Double> reached = new EnumMap<>(GrowthLevel.class);
        private final List<Double> cleared = new ArrayList<>();
        private final double first;
        private double last;
        private long lastBytes;
        private long samples;
        private GrowthLevel level = GrowthLevel.NONE;

        private Track(double first, GrowthOptions options) {
            this.first = first;
            detector = new GrowthDetector(options);
        }
    }

    /**
     * An analysis that has seen nothing.
     *
     * @param deviceBytes memory of each GPU, for traces that do not have it
     */
    public TraceAnalysis(OptionalLong deviceBytes) {
        this.deviceBytes = deviceBytes;
    }

    public void add(TracePoint point) {
        if (Double.isNaN(first)) {
            first = point.seconds();
        }
        last = Math.max(last, point.seconds());
        point.totalBytes().ifPresent(total -> totals.put(point.gpu(), total));
        Key key = new Key(point.gpu(), point.pid(), point.birth());
        Track track = tracks.get(key);
        if (track == null && tracks.size() >= SERIES_LIMIT) {
            leftOut++;
            return;
        }
        if (track == null) {
            OptionalLong total = total(point.gpu());
            GrowthOptions options = GrowthOptions.standard();
            track = new Track(point.seconds(), total.orElse(0) > 0 ? options.deviceBytes(total.getAsLong()) : options);
            tracks.put(key, track);
        }
        add(track, point);
    }

    private void add(Track track, TracePoint point) {
        track.detector.add(instant(point.seconds()), point.usedBytes());
        track.curve.add(point.seconds(), (double) point.usedBytes());
        track.last = point.seconds();
        track.lastBytes = point.usedBytes();
        track.samples++;
        GrowthLevel level = track.detector.level();
        if (level == track.level) {
            return;
        }
        List<GrowthEvent> events = track.detector.verdict().events();
        double at =
                events.isEmpty() ? point.seconds() : seconds(events.getLast().at());
        for (GrowthLevel each : GrowthLevel.values()) {
            if (each != GrowthLevel.NONE && each.compareTo(level) <= 0) {
                track.reached.putIfAbsent(each, at - first);
            }
        }
        if (level == GrowthLevel.NONE && track.cleared.size() < CLEARED_LIMIT) {
            track.cleared.add(at - first);
        }
        track.level = level;
    }

    private static Instant instant(double seconds) {
        return Instant.ofEpochMilli(Math.round(seconds * 1000));
    }

    private static double seconds(Instant at) {
        return at.toEpochMilli() / 1000.0;
    }

    private OptionalLong total(String gpu) {
        Long known = totals.get(gpu);
        return known != null ? OptionalLong.of(known) : deviceBytes;
    }

    /** Points of further series that were left out; 0 in all but hostile traces. */
    public long leftOut() {
        return leftOut;
    }

    /** What was found, in the order in which the series appear. */
    public List<TraceSeries> series() {
        List<TraceSeries> series = new ArrayList<>();
        tracks.forEach((key, track) -> series.add(result(key, track)));
        return series;
    }

    private TraceSeries result(Key key, Track track) {
        GrowthVerdict verdict = track.detector.verdict();
        OptionalLong headroom = headroom(key.gpu(), track);
        Optional<GrowthSlope.Exhaustion> end = headroom.isPresent()
                ? verdict.slope().flatMap(slope -> slope.exhaustion((double) headroom.getAsLong()))
                : Optional.empty();
        return new TraceSeries(
                key.gpu(),
                key.pid(),
                track.last - track.first,
                track.samples,
                track.lastBytes,
                verdict,
                track.reached,
                track.cleared,
                end,
                headroom,
                track.curve);
    }

    /** The GPU's memory less what was used of it last: by the GPU's own account, else by its processes'. */
    private OptionalLong headroom(String gpu, Track track) {
        OptionalLong total = total(gpu);
        if (total.isEmpty()) {
            return total;
        }
        Optional<Long> whole = tracks.entrySet().stream()
                .filter(entry ->
                        entry.getKey().gpu().equals(gpu) && entry.getKey().pid().isEmpty())
                .map(entry -> entry.getValue().lastBytes)
                .findFirst();
        long processes = tracks.entrySet().stream()
                .filter(entry -> entry.getKey().gpu().equals(gpu))
                .map(Map.Entry::getValue)
                .filter(other -> other == track || last - other.last < GONE_SECONDS)
                .mapToLong(other -> other.lastBytes)
                .sum();
        return OptionalLong.of(Math.max(0, total.getAsLong() - whole.orElse(processes)));
    }
}
