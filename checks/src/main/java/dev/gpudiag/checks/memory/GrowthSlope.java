package dev.gpudiag.checks.memory;

import java.time.Duration;
import java.util.Optional;

/**
 * How fast memory grows: the median slope and its 90 % interval, after Theil and Sen.
 *
 * @param bytesPerHour median slope
 * @param lowBytesPerHour lower end
 * @param highBytesPerHour upper end
 */
public record GrowthSlope(double bytesPerHour, double lowBytesPerHour, double highBytesPerHour) {

    private static final Duration HORIZON = Duration.ofDays(30);

    /**
     * When memory runs out.
     *
     * @param expected at the median slope
     * @param soonest at the upper end of the interval
     * @param latest at the lower end
     */
    public record Exhaustion(Duration expected, Duration soonest, Duration latest) {}

    /** When {@code headroomBytes} are used up; empty where growth is not sure, or the end further away than 30 days. */
    public Optional<Exhaustion> exhaustion(double headroomBytes) {
        if (!(lowBytesPerHour > 0) || !(bytesPerHour > 0)) {
            return Optional.empty();
        }
        Exhaustion end = new Exhaustion(
                after(headroomBytes, bytesPerHour),
                after(headroomBytes, highBytesPerHour),
                after(headroomBytes, lowBytesPerHour));
        return end.expected().compareTo(HORIZON) < 0 ? Optional.of(end) : Optional.empty();
    }

    private static Duration after(double bytes, double bytesPerHour) {
        double seconds = Math.max(0, bytes) / bytesPerHour * 3600;
        return Duration.ofSeconds(
                (long) Math.min(seconds, (double) Duration.ofDays(3650).toSeconds()));
    }
}
