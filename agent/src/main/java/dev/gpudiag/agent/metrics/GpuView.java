package dev.gpudiag.agent.metrics;

import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Readings;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;

/**
 * A GPU of a sample with the labels of its series.
 *
 * @param labels {@code gpu} and {@code uuid}
 * @param migs its MIG devices with their labels; of a GPU that does not answer, none
 */
record GpuView(GpuSample sample, Labels labels, List<MigView> migs) {

    static final List<String> LABELS = List.of("gpu", "uuid");
    static final List<String> MIG_LABELS = List.of("gpu", "uuid", "gpu_instance", "compute_instance", "profile");

    /** Names of the driver, of pods and of processes are cut here: a label is not the place for more. */
    private static final int LONGEST_LABEL = 128;

    /** A MIG device with the labels of its series. */
    record MigView(MigDevice device, Labels labels) {}

    static GpuView of(GpuSample gpu) {
        Labels labels = Labels.of(
                "gpu", Integer.toString(gpu.identity().index()),
                "uuid", label(gpu.identity().uuid().orElse("")));
        List<MigDevice> devices =
                gpu.condition().isAnswering() ? gpu.migDevices().value().orElse(List.of()) : List.of();
        return new GpuView(
                gpu,
                labels,
                devices.stream()
                        .map(device -> new MigView(device, migLabels(device, labels)))
                        .toList());
    }

    private static Labels migLabels(MigDevice device, Labels gpu) {
        return gpu.merge(Labels.of(
                "gpu_instance", text(device.readings(), GpuQuantities.GPU_INSTANCE),
                "compute_instance", text(device.readings(), GpuQuantities.COMPUTE_INSTANCE),
                "profile", text(device.readings(), GpuQuantities.MIG_PROFILE)));
    }

    boolean answers() {
        return sample.condition().isAnswering();
    }

    static String text(Readings readings, Quantity<?> quantity) {
        return label(readings.value(quantity).map(String::valueOf).orElse(""));
    }

    static String label(String text) {
        if (text.length() <= LONGEST_LABEL) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST_LABEL - 1)) ? LONGEST_LABEL - 1 : LONGEST_LABEL;
        return text.substring(0, end);
    }
}
