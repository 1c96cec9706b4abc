package dev.gpudiag.agent.trace;

import java.util.Arrays;

/**
 * Lowest and highest value of a series in at most {@value #COLUMNS} equal spans of time, for a picture of it.
 *
 * <p>When the series grows longer, two spans become one; memory does not grow. Not thread-safe.
 */
public final class MemoryCurve {

    /** Columns of a picture. */
    public static final int COLUMNS = 120;

    private final double[] lowest = new double[COLUMNS];
    private final double[] highest = new double[COLUMNS];
    private double begin = Double.NaN;
    private double span = 1;
    private int used;

    public MemoryCurve() {
        Arrays.fill(lowest, Double.NaN);
        Arrays.fill(highest, Double.NaN);
    }

    void add(double seconds, double value) {
        if (Double.isNaN(begin)) {
            begin = seconds;
        }
        while (seconds - begin >= span * COLUMNS) {
            halve();
        }
        int column = (int) Math.max(0, (seconds - begin) / span);
        lowest[column] = Double.isNaN(lowest[column]) ? value : Math.min(lowest[column], value);
        highest[column] = Double.isNaN(highest[column]) ? value : Math.max(highest[column], value);
        used = Math.max(used, column + 1);
    }

    private void halve() {
        for (int i = 0; i < COLUMNS; i++) {
            int from = 2 * i;
            boolean there = from < COLUMNS;
            lowest[i] = there ? least(lowest[from], lowest[from + 1]) : Double.NaN;
            highest[i] = there ? -least(-highest[from], -highest[from + 1]) : Double.NaN;
        }
        used = (used + 1) / 2;
        span *= 2;
    }

    private static double least(double one, double other) {
        return Double.isNaN(one) ? other : Double.isNaN(other) ? one : Math.min(one, other);
    }

    /** Spans that have begun. */
    public int columns() {
        return used;
    }

    /** Length of a span in seconds. */
    public double columnSeconds() {
        return span;
    }

    /** NaN where nothing was seen. */
    public double lowest(int column) {
        return lowest[column];
    }

    /** NaN where nothing was seen. */
    public double highest(int column) {
        return highest[column];
    }
}
