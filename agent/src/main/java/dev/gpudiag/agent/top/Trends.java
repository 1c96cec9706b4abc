package dev.gpudiag.agent.top;

import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Readings;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The last {@link #LENGTH} values of what is drawn over time, of the GPUs and MIG devices of the newest sample; 960 bytes for
 * each. Not thread-safe.
 */
final class Trends {

    static final int LENGTH = 60;

    private static final String BLOCKS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";
    private static final String ASCII = "_.:-=+*#";

    @SuppressWarnings("ArrayRecordComponent") // they are the memory itself, compared with nothing
    private record Series(double[] utilization, double[] memory) {
        Series() {
            this(new double[LENGTH], new double[LENGTH]);
            Arrays.fill(utilization, Double.NaN);
            Arrays.fill(memory, Double.NaN);
        }
    }

    private final boolean blocks;
    private final Map<String, Series> series = new HashMap<>();

    /** @param blocks whether block characters may be drawn; signs of ASCII otherwise */
    Trends(boolean blocks) {
        this.blocks = blocks;
    }

    /** Remembers the lines of a sample; what did not answer leaves a gap. */
    void see(List<GpuRow> rows) {
        series.keySet().retainAll(rows.stream().map(GpuRow::key).collect(Collectors.toSet()));
        for (GpuRow row : rows) {
            Series of = series.computeIfAbsent(row.key(), key -> new Series());
            boolean fresh = row.note().isEmpty();
            push(of.utilization(), fresh ? utilization(row.gpu(), row) : Double.NaN);
            push(of.memory(), fresh ? memory(row.readings()) : Double.NaN);
        }
    }

    private static double utilization(GpuSample gpu, GpuRow row) {
        return row.mig().isPresent()
                ? Double.NaN
                : gpu.value(GpuQuantities.UTILIZATION_GPU).orElse(Double.NaN);
    }

    private static double memory(Readings readings) {
        double used =
                readings.value(GpuQuantities.MEMORY_USED).map(Long::doubleValue).orElse(Double.NaN);
        double total = readings.value(GpuQuantities.MEMORY_TOTAL)
                .map(Long::doubleValue)
                .orElse(Double.NaN);
        return total > 0 ? used / total : Double.NaN;
    }

    private static void push(double[] values, double next) {
        System.arraycopy(values, 1, values, 0, LENGTH - 1);
        values[LENGTH - 1] = next;
    }

    /** The newest values of utilization, as many as have room. */
    String utilization(GpuRow row, int width) {
        return draw(series.containsKey(row.key()) ? series.get(row.key()).utilization() : new double[0], width);
    }

    /** The newest values of used memory, part of all, as many as have room. */
    String memory(GpuRow row, int width) {
        return draw(series.containsKey(row.key()) ? series.get(row.key()).memory() : new double[0], width);
    }

    private String draw(double[] values, int width) {
        String levels = blocks ? BLOCKS : ASCII;
        StringBuilder line = new StringBuilder();
        for (int i = Math.max(0, values.length - width); i < values.length; i++) {
            double value = values[i];
            int level = (int) Math.floor(Math.clamp(value, 0, 1) * levels.length());
            line.append(Double.isNaN(value) ? ' ' : levels.charAt(Math.min(level, levels.length() - 1)));
        }
        return line.toString();
    }
}
