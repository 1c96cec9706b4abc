package dev.gpudiag.agent.metrics;

import static dev.gpudiag.agent.metrics.ReadingMetric.counter;
import static dev.gpudiag.agent.metrics.ReadingMetric.gauge;
import static dev.gpudiag.agent.metrics.ReadingMetric.series;

import dev.gpudiag.agent.metrics.ReadingMetric.Of;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.telemetry.GpuQuantities;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;

/** MIG devices, and the room that they leave. */
final class MigMetrics {

    static final List<Metric> ALL = List.of(
            gauge("gpudiag_gpu_mig_mode", GpuQuantities.MIG_MODE, "1 while MIG is on."),
            gauge(
                    "gpudiag_gpu_mig_mode_pending",
                    GpuQuantities.MIG_MODE_PENDING,
                    "1 when MIG will be on after a reset."),
            Metric.gauge(
                    "gpudiag_gpu_mig_devices",
                    "MIG devices of the GPU.",
                    GpuView.LABELS,
                    (scrape, series) -> scrape.answering().stream()
                            .filter(gpu -> gpu.sample().migDevices().isPresent())
                            .forEach(gpu -> series.add(gpu.migs().size(), gpu.labels()))),
            Metric.info(
                    "gpudiag_mig",
                    "Identity of a MIG device.",
                    List.of("gpu", "uuid", "gpu_instance", "compute_instance", "profile", "mig_uuid", "placement"),
                    MigMetrics::identity),
            measured(
                    "gpudiag_gpu_mig_fragmentation_ratio",
                    "Part of the free memory slices that no GPU instance of that size can have, for the way they lie.",
                    "mig_placement_fragmentation_ratio"),
            measured(
                    "gpudiag_gpu_mig_free_memory_slices",
                    "Memory slices that no GPU instance has.",
                    "mig_memory_slices_free"),
            gauge(
                    Of.MIG,
                    "gpudiag_mig_memory_total_bytes",
                    "Framebuffer of a MIG device; compute instances of one GPU instance share theirs.",
                    series(GpuQuantities.MEMORY_TOTAL)),
            gauge(
                    Of.MIG,
                    "gpudiag_mig_memory_used_bytes",
                    "Allocated framebuffer of a MIG device.",
                    series(GpuQuantities.MEMORY_USED)),
            gauge(
                    Of.MIG,
                    "gpudiag_mig_memory_free_bytes",
                    "Free framebuffer of a MIG device.",
                    series(GpuQuantities.MEMORY_FREE)),
            gauge(
                    Of.MIG,
                    "gpudiag_mig_memory_reserved_bytes",
                    "Framebuffer of a MIG device that driver and firmware keep.",
                    series(GpuQuantities.MEMORY_RESERVED)),
            counter(
                    Of.MIG,
                    "gpudiag_mig_ecc_errors",
                    "ECC errors of a MIG device since the driver was loaded.",
                    series(GpuQuantities.ECC_VOLATILE_CORRECTED, "severity", "corrected"),
                    series(GpuQuantities.ECC_VOLATILE_UNCORRECTED, "severity", "uncorrected")),
            gauge(
                    Of.MIG,
                    "gpudiag_mig_multiprocessors",
                    "SMs of a MIG device.",
                    series(GpuQuantities.MIG_MULTIPROCESSORS)));

    private MigMetrics() {}

    private static void identity(Scrape scrape, Metric.Series series) {
        for (GpuView gpu : scrape.answering()) {
            gpu.migs()
                    .forEach(mig -> series.add(
                            1,
                            mig.labels()
                                    .merge(Labels.of(
                                            "mig_uuid",
                                                    GpuView.text(mig.device().readings(), GpuQuantities.MIG_UUID),
                                            "placement",
                                                    GpuView.text(
                                                            mig.device().readings(), GpuQuantities.MIG_PLACEMENT)))));
        }
    }

    /** What the check {@code fragmentation} measured of each GPU. */
    private static Metric measured(String name, String help, String measurement) {
        return Metric.gauge(
                name,
                help,
                GpuView.LABELS,
                (scrape, series) -> scrape.report()
                        .flatMap(report -> report.result("fragmentation"))
                        .map(CheckResult::findings)
                        .orElse(List.of())
                        .forEach(finding -> measured(finding, measurement, scrape, series)));
    }

    private static void measured(Finding finding, String measurement, Scrape scrape, Metric.Series series) {
        for (GpuView gpu : scrape.answering()) {
            if (finding.subject().gpu().filter(gpu.sample().identity()::equals).isPresent()) {
                finding.measurements().stream()
                        .filter(each -> each.name().equals(measurement))
                        .forEach(each -> series.add(each.value(), gpu.labels()));
            }
        }
    }
}
