package dev.gpudiag.telemetry;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * By how much the counters of one GPU grew since it was first seen: a sum that never falls.
 *
 * <p>A counter that falls was reset (a driver reload, a GPU reset) or went round; it counts on from its new value, so that
 * neither is taken for errors. A link that is down is not read: it counts on from where it was. Not thread-safe.
 */
final class Increases {

    private final Map<EventCounter, double[]> last = new EnumMap<>(EventCounter.class);
    private final Map<EventCounter, Double> totals = new EnumMap<>(EventCounter.class);

    void add(GpuSample gpu) {
        for (EventCounter counter : EventCounter.values()) {
            double[] parts = counter.parts(gpu);
            double[] before = last.getOrDefault(counter, new double[0]);
            double[] after = Arrays.copyOf(parts, Math.max(parts.length, before.length));
            double grown = 0;
            boolean read = false;
            for (int i = 0; i < after.length; i++) {
                double old = i < before.length ? before[i] : Double.NaN;
                boolean isRead = i < parts.length && !Double.isNaN(parts[i]);
                read |= isRead;
                if (!isRead) {
                    after[i] = old;
                } else if (parts[i] > old) {
                    grown += parts[i] - old;
                }
            }
            last.put(counter, after);
            if (read) {
                totals.merge(counter, grown, Double::sum);
            }
        }
    }

    /** The sum so far; NaN where the counter was never read. */
    double total(EventCounter counter) {
        return totals.getOrDefault(counter, Double.NaN);
    }
}
