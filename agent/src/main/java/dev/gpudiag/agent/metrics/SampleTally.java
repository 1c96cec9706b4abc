package dev.gpudiag.agent.metrics;

import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Counts samples by GPU: those that came, and rounds in which none did. One writer, the sampling loop, which is also the
 * reader. Holds {@value #MOST_GPUS} GPUs, those that were not seen longest are forgotten first.
 */
public final class SampleTally {

    private static final int MOST_GPUS = 256;

    private final Map<String, Tally> byGpu = new LinkedHashMap<>(16, 0.75f, true);
    private int mostGpus;
    private double lastRoundSeconds = Double.NaN;

    /** Counts of one GPU. */
    static final class Tally {
        private long samples;
        private final Map<GpuCondition.State, Long> failures = new EnumMap<>(GpuCondition.State.class);
        private Instant lastTakenAt = Instant.MIN;

        long samples() {
            return samples;
        }

        void forEachFailure(BiConsumer<GpuCondition.State, Long> action) {
            failures.forEach(action);
        }
    }

    /** Counts one round. */
    public void see(NodeSample sample) {
        mostGpus = Math.max(mostGpus, sample.gpus().size());
        for (GpuSample gpu : sample.gpus()) {
            if (gpu.condition().state() == GpuCondition.State.PENDING) {
                continue;
            }
            Tally tally = byGpu.computeIfAbsent(gpu.identity().key(), key -> new Tally());
            if (!gpu.condition().isAnswering()) {
                tally.failures.merge(gpu.condition().state(), 1L, Long::sum);
            } else if (!gpu.takenAt().equals(tally.lastTakenAt)) { // a clock may go back
                tally.samples++;
                tally.lastTakenAt = gpu.takenAt();
            }
        }
        while (byGpu.size() > MOST_GPUS) {
            byGpu.remove(byGpu.keySet().iterator().next());
        }
    }

    /** Tells how long a round of sampling and judging took. */
    public void roundTook(Duration time) {
        lastRoundSeconds = time.toNanos() / 1e9;
    }

    Tally of(GpuSample gpu) {
        return byGpu.getOrDefault(gpu.identity().key(), new Tally());
    }

    /** The most GPUs that any sample had. */
    int mostGpus() {
        return mostGpus;
    }

    /** NaN before the first round has ended. */
    double lastRoundSeconds() {
        return lastRoundSeconds;
    }
}
