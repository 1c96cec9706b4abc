package dev.gpudiag.checks;

import java.time.Duration;
import java.util.Locale;

/** Figures as people read them in a finding: {@code 71.2 GiB}, {@code 93 %}, {@code 84 C}, {@code 20 m}. */
public final class Amounts {

    private static final double GIB = 1024.0 * 1024 * 1024;
    private static final double MIB = 1024.0 * 1024;

    private Amounts() {}

    public static String bytes(long bytes) {
        return bytes((double) bytes);
    }

    public static String bytes(double bytes) {
        return Math.abs(bytes) >= GIB
                ? String.format(Locale.ROOT, "%.1f GiB", bytes / GIB)
                : String.format(Locale.ROOT, "%.0f MiB", bytes / MIB);
    }

    /** A ratio as percent; never rounded up to 100 %, which would say that nothing is left. */
    public static String percent(double ratio) {
        double percent = ratio * 100;
        return (percent < 100 ? Math.min(Math.round(percent), 99) : Math.round(percent)) + " %";
    }

    public static String celsius(double celsius) {
        return String.format(Locale.ROOT, "%.0f C", celsius);
    }

    /** Rounded to what a reader can use: 45 s, 12 m, 3 h, 4 d. */
    public static String duration(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 120) {
            return seconds + " s";
        }
        if (seconds < 2 * 3600) {
            return seconds / 60 + " m";
        }
        return seconds < 48 * 3600 ? seconds / 3600 + " h" : seconds / 86400 + " d";
    }

    /** {@code 1 GPU}, {@code 2 GPUs}. */
    public static String plural(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
