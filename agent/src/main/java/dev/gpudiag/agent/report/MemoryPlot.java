package dev.gpudiag.agent.report;

import dev.gpudiag.agent.trace.MemoryCurve;
import dev.gpudiag.checks.Amounts;
import java.time.Duration;

/** A small picture of used memory over time, for a terminal. */
public final class MemoryPlot {

    private static final String EIGHTHS = " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";
    private static final String ASCII = " ..::+++#";
    private static final int WIDTH = 72;
    private static final int LABEL = 9;

    /** Columns without a sample that are no gap: samples may be further apart than columns. */
    private static final int SHORT_GAP = 3;

    private MemoryPlot() {}

    /**
     * Lines of equal height, highest first, with the two ends of both axes named.
     *
     * @param unicode whether the terminal has block characters; else ASCII
     */
    public static String of(MemoryCurve curve, int height, boolean unicode) {
        int columns = Math.min(WIDTH, curve.columns());
        double[] values = new double[columns];
        double low = Double.POSITIVE_INFINITY;
        double high = 0;
        int gap = 0;
        for (int i = 0; i < columns; i++) {
            values[i] = value(curve, i, columns);
            if (Double.isNaN(values[i]) && i > 0 && gap < SHORT_GAP) {
                values[i] = values[i - 1];
                gap++;
            } else {
                gap = 0;
            }
            low = Double.isNaN(values[i]) ? low : Math.min(low, values[i]);
            high = Double.isNaN(values[i]) ? high : Math.max(high, values[i]);
        }
        double bottom = Math.max(0, low - Math.max(high - low, 0.02 * high) / 4);
        StringBuilder text = new StringBuilder();
        for (int row = height - 1; row >= 0; row--) {
            String label = row == height - 1 ? Amounts.bytes(high) : row == 0 ? Amounts.bytes(bottom) : "";
            text.append(String.format("  %" + LABEL + "s |", label));
            for (double value : values) {
                text.append(sign(value, bottom, high, row, height, unicode));
            }
            int end = text.length();
            while (text.charAt(end - 1) == ' ') {
                end--;
            }
            text.setLength(end);
            text.append('\n');
        }
        String span = Amounts.duration(Duration.ofSeconds((long) (curve.columns() * curve.columnSeconds())));
        return text.append(" ".repeat(LABEL + 4))
                .append('0')
                .append(" ".repeat(Math.max(1, columns - 1 - span.length())))
                .append(span)
                .append('\n')
                .toString();
    }

    /** The highest of the spans that share a column. */
    private static double value(MemoryCurve curve, int column, int columns) {
        int from = column * curve.columns() / columns;
        int to = Math.max(from + 1, (column + 1) * curve.columns() / columns);
        double highest = Double.NaN;
        for (int i = from; i < to; i++) {
            double value = curve.highest(i);
            highest = Double.isNaN(highest) || value > highest ? value : highest;
        }
        return highest;
    }

    private static char sign(double value, double bottom, double top, int row, int height, boolean unicode) {
        if (Double.isNaN(value)) {
            return ' ';
        }
        double filled = top > bottom ? (value - bottom) / (top - bottom) * height - row : row == 0 ? 1 : 0;
        int eighth = (int) Math.round(Math.clamp(filled, 0, 1) * 8);
        return (unicode ? EIGHTHS : ASCII).charAt(eighth);
    }
}
