package dev.gpudiag.agent.page;

import java.time.Duration;
import java.util.Locale;

/** Figures as people read them. */
final class Amounts {

    private static final double GIBIBYTE = 1L << 30;

    private Amounts() {}

    /** {@code 58.0 GiB}. */
    static String gibibytes(double bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / GIBIBYTE);
    }

    /** {@code 58.0 of 79.6 GiB}. */
    static String gibibytes(double bytes, double total) {
        return String.format(Locale.ROOT, "%.1f of %.1f GiB", bytes / GIBIBYTE, total / GIBIBYTE);
    }

    /** {@code 70 %}. */
    static String percent(double ratio) {
        return String.format(Locale.ROOT, "%.0f %%", ratio * 100);
    }

    /** {@code 58 °C}. */
    static String celsius(double degrees) {
        return String.format(Locale.ROOT, "%.0f °C", degrees);
    }

    /** {@code 12 s}, {@code 3 min}, {@code 5 h}, {@code 2 d}; never negative. */
    static String time(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        if (seconds < 120) {
            return seconds + " s";
        }
        if (seconds < 2 * 3600) {
            return seconds / 60 + " min";
        }
        return seconds < 2 * 86_400 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
    }

    /** {@code 1 process}, {@code 3 processes}. */
    static String count(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }
}
