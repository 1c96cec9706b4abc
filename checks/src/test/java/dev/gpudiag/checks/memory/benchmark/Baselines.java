package dev.gpudiag.checks.memory.benchmark;

/**
 * What is usually done instead: an alert on use over 90 % for five minutes, and Mann and Kendall's test with a slope over
 * the last hour and the last six.
 */
final class Baselines {

    private static final double SIGNIFICANT = 3.09;
    private static final double LEAST_MIB_PER_HOUR = 10;
    private static final int HOUR_POINTS = 12;
    private static final int SIX_HOUR_POINTS = 36;

    private final double deviceMib;
    private final double[] everyFiveMinutes = new double[6 * 12];
    private int points;
    private double overSince = Double.NaN;

    /** Hour of the first alert on use; not a number where there is none. */
    double overAt = Double.NaN;

    /** Hour of the first trend; not a number where there is none. */
    double trendAt = Double.NaN;

    Baselines(double deviceMib) {
        this.deviceMib = deviceMib;
    }

    void add(double hour, double mib) {
        if (mib <= 0.9 * deviceMib) {
            overSince = Double.NaN;
        } else if (Double.isNaN(overSince)) {
            overSince = hour;
        } else if (hour - overSince >= 5 / 60.0 && Double.isNaN(overAt)) {
            overAt = hour;
        }
        if (hour * 12 >= points) {
            everyFiveMinutes[points++ % everyFiveMinutes.length] = mib;
            if (Double.isNaN(trendAt) && (trend(HOUR_POINTS, 1) || trend(SIX_HOUR_POINTS, 2))) {
                trendAt = hour;
            }
        }
    }

    private boolean trend(int number, int stride) {
        if (points < number * stride) {
            return false;
        }
        int score = 0;
        for (int i = 0; i < number; i++) {
            for (int j = i + 1; j < number; j++) {
                score += (int) Math.signum(back(i * stride) - back(j * stride));
            }
        }
        double spread = Math.sqrt(number * (number - 1) * (2.0 * number + 5) / 18);
        double perHour = (back(0) - back((number - 1) * stride)) / ((number - 1) * stride) * 12;
        return (score - 1) / spread >= SIGNIFICANT && perHour >= LEAST_MIB_PER_HOUR;
    }

    private double back(int steps) {
        return everyFiveMinutes[(points - 1 - steps) % everyFiveMinutes.length];
    }
}
