package dev.gpudiag.agent.sampling;

import dev.gpudiag.nvml.NvmlDevice;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.nvml.NvmlReturn;
import dev.gpudiag.nvml.Sample;
import dev.gpudiag.nvml.SamplingType;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.util.List;
import java.util.Optional;

/** Reads the driver's own sample buffers of one GPU, so that what happens between two readings counts as well. */
final class SampleBuffers {

    private static final String FUNCTION = "nvmlDeviceGetSamples";

    /** So many readings without a new sample: the driver's clock went back, or it no longer samples. */
    private static final int LONG_SILENCE = 60;

    /** One buffer, and the quantities that its samples are summed up in. */
    private static final class Buffer {
        private final SamplingType type;
        private final double unit;
        private final Quantity<Double> mean;
        private final Quantity<Double> peak;
        private final Quantity<Double> integral;
        private final Quantity<Double> covered;
        private final SampleWindow window = new SampleWindow();
        private int silence;

        Buffer(
                SamplingType type,
                double unit,
                Quantity<Double> mean,
                Quantity<Double> peak,
                Quantity<Double> integral,
                Quantity<Double> covered) {
            this.type = type;
            this.unit = unit;
            this.mean = mean;
            this.peak = peak;
            this.integral = integral;
            this.covered = covered;
        }

        Optional<NvmlException> read(NvmlDevice device, Readings.Builder into) {
            try {
                take(device.samples(type, silence > LONG_SILENCE ? 0 : window.newest()));
            } catch (NvmlException e) {
                if (e.code().code() != NvmlReturn.NOT_FOUND.code()) {
                    List.of(mean, peak, integral, covered)
                            .forEach(quantity -> into.put(quantity, NvmlReasons.missing(e)));
                    return Optional.of(e);
                }
                silence++;
            }
            put(into);
            return Optional.empty();
        }

        private void take(List<Sample> samples) {
            long before = window.newest();
            boolean back =
                    silence > LONG_SILENCE && samples.stream().allMatch(sample -> sample.timestampMicros() < before);
            if (back && !samples.isEmpty()) {
                window.timeWentBack();
            }
            samples.forEach(sample ->
                    window.add(sample.timestampMicros(), sample.value().asDouble() * unit));
            silence = window.newest() == before ? silence + 1 : 0;
        }

        private void put(Readings.Builder into) {
            String source = FUNCTION + "(" + type + ")";
            if (silence > LONG_SILENCE || window.peak().isEmpty()) {
                Reading<Double> none = Reading.missing(Reading.Reason.NOT_SUPPORTED, source, "no new samples");
                List.of(mean, peak, integral, covered).forEach(quantity -> into.put(quantity, none));
                return;
            }
            window.mean().ifPresent(value -> into.put(mean, value, source));
            into.put(peak, window.peak().getAsDouble(), source);
            into.put(integral, window.integral(), source);
            into.put(covered, window.coveredSeconds(), source);
        }
    }

    private final List<Buffer> buffers = List.of(
            new Buffer(
                    SamplingType.GPU_UTILIZATION,
                    0.01,
                    GpuQuantities.UTILIZATION_GPU_MEAN,
                    GpuQuantities.UTILIZATION_GPU_PEAK,
                    GpuQuantities.UTILIZATION_GPU_BUSY,
                    GpuQuantities.UTILIZATION_GPU_COVERED),
            new Buffer(
                    SamplingType.TOTAL_POWER,
                    0.001,
                    GpuQuantities.POWER_MEAN,
                    GpuQuantities.POWER_PEAK,
                    GpuQuantities.POWER_INTEGRAL,
                    GpuQuantities.POWER_COVERED),
            new Buffer(
                    SamplingType.PROCESSOR_CLK,
                    1e6,
                    GpuQuantities.CLOCK_SM_MEAN,
                    GpuQuantities.CLOCK_SM_PEAK,
                    GpuQuantities.CLOCK_SM_CYCLES,
                    GpuQuantities.CLOCK_SM_COVERED));

    /** Reads what is new; an exception that ends the reading of this GPU, if there was one. */
    Optional<NvmlException> read(NvmlDevice device, Readings.Builder into) {
        for (Buffer buffer : buffers) {
            Optional<NvmlException> failure = buffer.read(device, into).filter(e -> NvmlReasons.isTerminal(e.code()));
            if (failure.isPresent()) {
                return failure;
            }
        }
        return Optional.empty();
    }
}
