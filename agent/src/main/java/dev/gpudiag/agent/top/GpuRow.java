package dev.gpudiag.agent.top;

import dev.gpudiag.agent.report.Printable;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One line of the table of GPUs: a GPU, or a MIG device below its GPU.
 *
 * @param silentFor how old its reading is, where it is that of the sample before: it has not answered since
 */
record GpuRow(GpuSample gpu, Optional<MigDevice> mig, Optional<Duration> silentFor) {

    /** The lines of a sample, beside the one before it. */
    static List<GpuRow> of(NodeSample sample, Optional<NodeSample> before) {
        Map<String, Instant> readAt = new HashMap<>();
        before.filter(previous -> previous.source().kind() != SampleSource.Kind.REPLAYED)
                .ifPresent(previous ->
                        previous.gpus().forEach(gpu -> readAt.put(gpu.identity().key(), gpu.takenAt())));
        List<GpuRow> rows = new ArrayList<>();
        for (GpuSample gpu : sample.gpus()) {
            Optional<Duration> silent =
                    gpu.takenAt().equals(readAt.get(gpu.identity().key()))
                            ? Optional.of(Duration.between(gpu.takenAt(), sample.takenAt()))
                            : Optional.empty();
            rows.add(new GpuRow(gpu, Optional.empty(), silent));
            gpu.migDevices().value().orElse(List.of()).stream()
                    .map(device -> new GpuRow(gpu, Optional.of(device), silent))
                    .forEach(rows::add);
        }
        return rows;
    }

    String key() {
        return gpu.identity().key() + mig.map(device -> "/" + device.index()).orElse("");
    }

    /** {@code 3}, or {@code 3:1} for the MIG device 1 of it. */
    String label() {
        return gpu.identity().index() + mig.map(device -> ":" + device.index()).orElse("");
    }

    Readings readings() {
        return mig.map(MigDevice::readings).orElseGet(gpu::readings);
    }

    /** PCI address, or the profile of a MIG device. */
    String place() {
        return mig.map(device ->
                        device.readings().value(GpuQuantities.MIG_PROFILE).orElse("-"))
                .or(() -> gpu.identity().pciBusId())
                .map(Printable::ascii)
                .orElse("-");
    }

    /** Why there are no values of now; empty where there are. */
    Optional<String> note() {
        if (mig.isPresent() && !gpu.condition().isAnswering()) {
            return Optional.of("as its GPU");
        }
        if (!gpu.condition().isAnswering()) {
            String state = gpu.condition().state().name().replace('_', ' ');
            return Optional.of(state + "  " + gpu.condition().detail());
        }
        return silentFor.map(age -> "NO ANSWER YET for " + Math.max(1, age.toSeconds()) + " s");
    }
}
