package dev.gpudiag.agent.page;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.SampleHistory;
import java.time.Instant;

/**
 * The last hour of one GPU.
 *
 * @param memory used framebuffer in bytes, the highest of each half minute
 * @param utilization 0 to 1, the mean of each half minute
 * @param temperature in degrees Celsius, the highest of each half minute
 */
record GpuTrends(Trend memory, Trend utilization, Trend temperature) {

    GpuTrends {
        requireNonNull(memory, "memory is null");
        requireNonNull(utilization, "utilization is null");
        requireNonNull(temperature, "temperature is null");
    }

    /** From the history, which the calling thread must be the one to write. */
    static GpuTrends of(SampleHistory history, GpuIdentity gpu, Instant end) {
        return new GpuTrends(
                trend(history, gpu, GpuQuantities.MEMORY_USED, end, Trend.Fold.HIGHEST),
                trend(history, gpu, GpuQuantities.UTILIZATION_GPU, end, Trend.Fold.MEAN),
                trend(history, gpu, GpuQuantities.TEMPERATURE_GPU, end, Trend.Fold.HIGHEST));
    }

    private static Trend trend(
            SampleHistory history, GpuIdentity gpu, Quantity<? extends Number> quantity, Instant end, Trend.Fold fold) {
        return Trend.of(history.series(gpu, quantity, end.minus(Trend.SPAN)), end, fold);
    }

    /** Whether nothing was read in the whole hour. */
    boolean isEmpty() {
        return memory.runs().isEmpty()
                && utilization.runs().isEmpty()
                && temperature.runs().isEmpty();
    }
}
