package dev.gpudiag.checks.memory;

import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How a series grows: the line through the floors of equal blocks of time.
 *
 * <p>The floor of a block ignores a sawtooth and peaks that come and go within it. The slope is the median of the slopes
 * between every two floors (Theil and Sen), which a few odd blocks do not move; the trend is Mann and Kendall's count of
 * pairs that rise less those that fall.
 *
 * @param perSecond median slope
 * @param lowPerSecond lower end of the slope's 90 % interval (Sen)
 * @param highPerSecond upper end
 * @param gained last floor less the first
 * @param largestStep greatest rise from one floor to the next
 * @param rises rises from one floor to the next
 * @param gainedLately what of {@code gained} came in the last third of the blocks
 * @param significance Mann-Kendall z; 1.64 is one chance in twenty for a series without trend
 */
public record Growth(
        double perSecond,
        double lowPerSecond,
        double highPerSecond,
        double gained,
        double largestStep,
        int rises,
        double gainedLately,
        double significance) {

    /** Blocks that a window is cut into. */
    public static final int BLOCKS = 12;

    private static final double NORMAL_90_PERCENT = 1.645;
    private static final double LEAST_SIGNIFICANCE = 3.09;
    private static final double LARGEST_STEP = 0.35;
    private static final double LEAST_LATELY = 0.2;
    private static final int LEAST_RISES = 5;

    /** The growth over the {@code window} that ends at {@code now}; empty where a block of it has no sample. */
    public static Optional<Growth> of(List<Sample> series, Instant now, Duration window) {
        double[] floors = new double[BLOCKS];
        Arrays.fill(floors, Double.NaN);
        double blockMillis = (double) window.toMillis() / BLOCKS;
        long start = now.toEpochMilli() - window.toMillis();
        for (Sample sample : series) {
            long since = sample.at().toEpochMilli() - start;
            if (since >= 0 && !sample.at().isAfter(now)) {
                int block = (int) Math.min(BLOCKS - 1, since / blockMillis);
                floors[block] = Double.isNaN(floors[block]) ? sample.value() : Math.min(floors[block], sample.value());
            }
        }
        boolean complete = Arrays.stream(floors).noneMatch(Double::isNaN);
        return complete ? Optional.of(ofFloors(floors, blockMillis / 1000)) : Optional.empty();
    }

    private static Growth ofFloors(double[] floors, double blockSeconds) {
        List<Double> slopes = new ArrayList<>();
        int trend = 0;
        for (int i = 0; i < floors.length; i++) {
            for (int j = i + 1; j < floors.length; j++) {
                slopes.add((floors[j] - floors[i]) / ((j - i) * blockSeconds));
                trend += (int) Math.signum(floors[j] - floors[i]);
            }
        }
        slopes.sort(null);
        double spread = Math.sqrt(variance(floors));
        int half = (int) Math.round(NORMAL_90_PERCENT * spread);
        int last = slopes.size() - 1;
        double largest = 0;
        int rises = 0;
        for (int i = 1; i < floors.length; i++) {
            largest = Math.max(largest, floors[i] - floors[i - 1]);
            rises += floors[i] > floors[i - 1] ? 1 : 0;
        }
        int third = floors.length - floors.length / 3 - 1;
        return new Growth(
                (slopes.get(last / 2) + slopes.get((last + 1) / 2)) / 2,
                slopes.get(Math.clamp((last - half) / 2, 0, last)),
                slopes.get(Math.clamp((last + half) / 2 + 1, 0, last)),
                floors[floors.length - 1] - floors[0],
                largest,
                rises,
                floors[floors.length - 1] - floors[third],
                spread == 0 ? 0 : (trend - Math.signum(trend)) / spread);
    }

    /** Variance of the trend for a series without one, less what equal floors take away. */
    private static double variance(double[] floors) {
        int n = floors.length;
        double ties = Arrays.stream(floors)
                .distinct()
                .map(value ->
                        Arrays.stream(floors).filter(other -> other == value).count())
                .map(count -> count * (count - 1) * (2 * count + 5))
                .sum();
        return (n * (n - 1) * (2 * n + 5) - ties) / 18.0;
    }

    /**
     * Whether this is growth that still goes on: not noise, not one load that steps up and stays, not a curve that
     * levels off.
     */
    public boolean isSteady() {
        return significance >= LEAST_SIGNIFICANCE
                && lowPerSecond > 0
                && rises >= LEAST_RISES
                && largestStep <= LARGEST_STEP * gained
                && gainedLately >= LEAST_LATELY * gained;
    }

    /** When {@code headroom} is used up at the median slope; empty for a series that does not grow. */
    public Optional<Duration> exhaustion(double headroom) {
        if (perSecond <= 0) {
            return Optional.empty();
        }
        double seconds = Math.max(0, headroom) / perSecond;
        return seconds > Duration.ofDays(30).toSeconds()
                ? Optional.empty()
                : Optional.of(Duration.ofMillis((long) (seconds * 1000)));
    }
}
