package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.CLOCK_EVENT_REASONS;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.telemetry.ClockEventReason;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Why the clocks of one GPU are held down, now and over a window.
 *
 * @param now reasons now
 * @param series masks over the window, oldest first
 * @param wholeWindow whether the history reaches back over nearly all of it
 */
record ClockReasons(Set<ClockEventReason> now, List<Sample> series, boolean wholeWindow, Duration window) {

    /** Fewer samples say nothing of how much of a window it was. */
    private static final int LEAST_SAMPLES = 10;

    /** A history that is cut at the window's own length never reaches back the last fraction of it. */
    private static final double NEARLY_FULL = 0.95;

    static ClockReasons of(GpuSample gpu, Evidence evidence, Duration window) {
        Instant at = evidence.sample().takenAt();
        List<Sample> series = evidence.history().series(gpu.identity(), CLOCK_EVENT_REASONS, at.minus(window));
        boolean whole = series.size() >= LEAST_SAMPLES
                && Duration.between(series.getFirst().at(), at).toMillis() >= NEARLY_FULL * window.toMillis();
        Set<ClockEventReason> now =
                gpu.value(CLOCK_EVENT_REASONS).map(ClockEventReason::of).orElse(Set.of());
        return new ClockReasons(now, series, whole, window);
    }

    /** Whether it holds the clocks now, or did at any time of the window. */
    boolean anyOf(ClockEventReason reason) {
        return now.contains(reason) || part(reason) > 0;
    }

    /** Part of the window's samples, 0 to 1. */
    double part(ClockEventReason reason) {
        long hits = series.stream()
                .filter(sample -> ((long) sample.value() & reason.bit()) != 0)
                .count();
        return series.isEmpty() ? 0 : (double) hits / series.size();
    }

    /** The part for a measurement; all of it where one reading is all there is. */
    double measuredPart(ClockEventReason reason) {
        return series.isEmpty() ? 1 : part(reason);
    }

    /** {@code hardware thermal slowdown now in 63 % of the last 10m}. */
    String seen(ClockEventReason reason) {
        String share = series.size() < 2
                ? ""
                : " in " + Amounts.percent(part(reason)) + " of the last " + Setting.format(window);
        return reason.text() + (now.contains(reason) ? " now" : " lately") + share;
    }
}
