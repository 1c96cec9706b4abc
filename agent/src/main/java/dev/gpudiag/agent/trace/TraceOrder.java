package dev.gpudiag.agent.trace;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Holds a trace to the order of time: a moment back is jitter, an hour back is the end of summer time, anything else is
 * no recording.
 */
final class TraceOrder {

    private static final double JITTER_SECONDS = 120;
    private static final double HOUR_SECONDS = 3600;
    private static final int SERIES_LIMIT = 10_000;

    private final Map<String, Double> last = new HashMap<>();
    private double shift;
    private long disordered;
    private boolean hourTwice;

    TracePoint inOrder(TracePoint point, long line) throws TraceException {
        String key = point.gpu() + "\n" + point.pid();
        double seconds = point.seconds() + shift;
        Double before = last.get(key);
        if (before != null && seconds < before) {
            double back = before - seconds;
            if (back > JITTER_SECONDS && Math.abs(back - HOUR_SECONDS) > 2 * JITTER_SECONDS) {
                throw new TraceException(
                        "line " + line + ": time goes back by " + Math.round(back) + " s; sort the trace by time");
            }
            if (back > JITTER_SECONDS) {
                if (hourTwice) {
                    throw new TraceException("line " + line + ": time goes back by an hour again; sort it by time");
                }
                hourTwice = true;
                shift += HOUR_SECONDS;
                seconds = Math.max(before, seconds + HOUR_SECONDS);
            } else {
                disordered++;
                seconds = before;
            }
        }
        if (last.size() < SERIES_LIMIT || before != null) {
            last.put(key, seconds);
        }
        return new TracePoint(
                seconds,
                point.gpu(),
                point.pid(),
                point.birth(),
                point.usedBytes(),
                point.totalBytes(),
                point.utilization());
    }

    List<String> warnings() {
        return java.util.stream.Stream.of(
                        disordered == 0
                                ? Optional.<String>empty()
                                : Optional.of(disordered + " values are a little out of time order"),
                        hourTwice
                                ? Optional.of("an hour comes twice, taken for the end of summer time")
                                : Optional.<String>empty())
                .flatMap(Optional::stream)
                .toList();
    }
}
