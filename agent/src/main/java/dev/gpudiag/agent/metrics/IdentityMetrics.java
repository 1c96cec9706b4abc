package dev.gpudiag.agent.metrics;

import static dev.gpudiag.agent.metrics.Metric.counter;
import static dev.gpudiag.agent.metrics.Metric.gauge;
import static dev.gpudiag.agent.metrics.Metric.info;

import dev.gpudiag.telemetry.ClockEventReason;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.ProcessMemory;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Who each GPU is and whether it answers; the first ones stay when it does not. */
final class IdentityMetrics {

    static final List<Metric> ALL = List.of(
            gauge(
                    "gpudiag_gpu_up",
                    "1 while the GPU answers.",
                    GpuView.LABELS,
                    (scrape, series) -> scrape.gpus().forEach(gpu -> series.add(gpu.answers() ? 1 : 0, gpu.labels()))),
            gauge(
                    "gpudiag_sample_age_seconds",
                    "Time since the GPU was last read.",
                    GpuView.LABELS,
                    IdentityMetrics::age),
            info(
                    "gpudiag_gpu",
                    "Identity of the GPU.",
                    List.of(
                            "gpu",
                            "uuid",
                            "pci_bus_id",
                            "name",
                            "serial",
                            "vbios_version",
                            "minor_number",
                            "architecture",
                            "compute_capability"),
                    IdentityMetrics::identity),
            counter(
                    "gpudiag_samples",
                    "Times that the GPU was read since the agent began.",
                    GpuView.LABELS,
                    (scrape, series) -> scrape.gpus()
                            .forEach(gpu -> series.add(
                                    (double) scrape.agent()
                                            .samples()
                                            .of(gpu.sample())
                                            .samples(),
                                    gpu.labels()))),
            counter(
                    "gpudiag_sample_failures",
                    "Rounds in which the GPU did not answer, by what it did instead.",
                    List.of("gpu", "uuid", "condition"),
                    IdentityMetrics::failures),
            ReadingMetric.gauge(
                    "gpudiag_sample_duration_seconds",
                    GpuQuantities.READ_SECONDS,
                    "How long the driver took to be read."),
            gauge(
                    "gpudiag_gpu_failed_readings",
                    "Readings that should have come with the last sample and did not.",
                    GpuView.LABELS,
                    (scrape, series) -> scrape.answering()
                            .forEach(gpu -> series.add(failed(gpu.sample().readings()), gpu.labels()))),
            gauge(
                    "gpudiag_gpu_memory_unaccounted_bytes",
                    "Used framebuffer that no listed process owns.",
                    GpuView.LABELS,
                    IdentityMetrics::unaccounted),
            gauge(
                    "gpudiag_gpu_processes",
                    "Processes that hold the GPU.",
                    GpuView.LABELS,
                    (scrape, series) -> scrape.answering()
                            .forEach(gpu -> gpu.sample()
                                    .processes()
                                    .value()
                                    .ifPresent(processes -> series.add(processes.size(), gpu.labels())))),
            gauge(
                    "gpudiag_gpu_clock_event_reason",
                    "1 while this holds the clocks down; the reasons that the GPU can report.",
                    List.of("gpu", "uuid", "reason"),
                    IdentityMetrics::reasons),
            state(
                    "gpudiag_gpu_fabric_state",
                    GpuQuantities.FABRIC_STATE,
                    "How far the GPU is in joining the NVLink fabric."),
            state(
                    "gpudiag_gpu_fabric_health",
                    GpuQuantities.FABRIC_HEALTH,
                    "What the fabric says of the GPU's health."),
            state("gpudiag_gpu_compute_mode", GpuQuantities.COMPUTE_MODE, "Who may use the GPU."),
            ReadingMetric.gauge(
                    "gpudiag_gpu_persistence_mode",
                    GpuQuantities.PERSISTENCE_MODE,
                    "1 while the driver stays loaded without a user."));

    private IdentityMetrics() {}

    /** One series of value 1 with the state as a label; absent where it was not read. */
    private static Metric state(String name, Quantity<String> quantity, String help) {
        return gauge(
                name,
                help + " Always 1.",
                List.of("gpu", "uuid", "state"),
                (scrape, series) -> scrape.answering()
                        .forEach(gpu -> gpu.sample()
                                .value(quantity)
                                .ifPresent(state -> series.add(
                                        1, gpu.labels().add("state", GpuView.label(state.toLowerCase(Locale.ROOT)))))));
    }

    private static void age(Scrape scrape, Metric.Series series) {
        for (GpuView gpu : scrape.gpus()) {
            Duration age = Duration.between(gpu.sample().takenAt(), scrape.now());
            series.add(Math.max(0, age.toMillis() / 1000.0), gpu.labels());
        }
    }

    private static void identity(Scrape scrape, Metric.Series series) {
        for (GpuView gpu : scrape.gpus()) {
            GpuIdentity identity = gpu.sample().identity();
            Readings readings = gpu.sample().readings();
            series.add(
                    1,
                    gpu.labels()
                            .merge(Labels.of(
                                    "pci_bus_id",
                                            GpuView.label(identity.pciBusId().orElse("")),
                                    "name", GpuView.label(identity.name().orElse("")),
                                    "serial", GpuView.text(readings, GpuQuantities.SERIAL),
                                    "vbios_version", GpuView.text(readings, GpuQuantities.VBIOS_VERSION),
                                    "minor_number", GpuView.text(readings, GpuQuantities.MINOR_NUMBER),
                                    "architecture", GpuView.text(readings, GpuQuantities.ARCHITECTURE),
                                    "compute_capability", GpuView.text(readings, GpuQuantities.COMPUTE_CAPABILITY))));
        }
    }

    private static void failures(Scrape scrape, Metric.Series series) {
        for (GpuView gpu : scrape.gpus()) {
            scrape.agent()
                    .samples()
                    .of(gpu.sample())
                    .forEachFailure((GpuCondition.State condition, Long count) -> series.add(
                            count,
                            gpu.labels().add("condition", condition.name().toLowerCase(Locale.ROOT))));
        }
    }

    private static int failed(Readings readings) {
        int[] failed = {0};
        readings.forEach((Quantity<?> quantity, Reading<?> reading) -> failed[0] += reading.failed() ? 1 : 0);
        return failed[0];
    }

    /** Only where every process can be seen: else what others hold would be nobody's. */
    private static void unaccounted(Scrape scrape, Metric.Series series) {
        boolean visible = scrape.sample()
                .flatMap(sample -> sample.driver()
                        .get(HostQuantities.HOST_PROCESSES_VISIBLE)
                        .value())
                .orElse(false);
        if (visible) {
            scrape.answering()
                    .forEach(gpu -> ProcessMemory.unaccounted(gpu.sample())
                            .ifPresent(bytes -> series.add(bytes, gpu.labels())));
        }
    }

    private static void reasons(Scrape scrape, Metric.Series series) {
        for (GpuView gpu : scrape.answering()) {
            gpu.sample().value(GpuQuantities.CLOCK_EVENT_REASONS).ifPresent(bits -> {
                long supported = gpu.sample()
                        .value(GpuQuantities.CLOCK_EVENT_REASONS_SUPPORTED)
                        .orElse(-1L);
                for (ClockEventReason reason : ClockEventReason.of(supported | bits)) {
                    series.add(
                            (bits & reason.bit()) != 0 ? 1 : 0,
                            gpu.labels().add("reason", reason.name().toLowerCase(Locale.ROOT)));
                }
            });
        }
    }
}
