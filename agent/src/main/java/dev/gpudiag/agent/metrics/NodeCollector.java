package dev.gpudiag.agent.metrics;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.ProcessMemory;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Readings;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The one collector of {@code /metrics}: the last report, as of now.
 *
 * <p>Only what was read is exposed; a GPU that does not answer keeps {@code gpudiag_gpu_up} and its sample age. Calls no
 * driver.
 */
public final class NodeCollector implements MultiCollector {

    private final Supplier<Optional<Report>> reports;
    private final Supplier<Instant> clock;
    private final String version;
    private final MemoryGrowth growth;
    private final Supplier<Optional<KernelLog>> kernelLog;

    /** A collector over the report that {@code reports} gives at each scrape. */
    public NodeCollector(Supplier<Optional<Report>> reports, Supplier<Instant> clock, String version) {
        this(reports, clock, version, MemoryGrowth.none(), Optional::empty);
    }

    /**
     * A collector over the report and the kernel log that are given at each scrape, and over how memory grows; to be scraped
     * by the thread that adds samples to it.
     */
    public NodeCollector(
            Supplier<Optional<Report>> reports,
            Supplier<Instant> clock,
            String version,
            MemoryGrowth growth,
            Supplier<Optional<KernelLog>> kernelLog) {
        this.growth = growth;
        this.reports = reports;
        this.clock = clock;
        this.version = version;
        this.kernelLog = kernelLog;
    }

    @Override
    public MetricSnapshots collect() {
        MetricFamilies families = new MetricFamilies();
        families.info(
                "gpudiag_build",
                "Version of gpudiag.",
                Labels.of("version", version, "java", System.getProperty("java.version")));
        reports.get().ifPresent(report -> collect(report, families));
        return families.snapshots();
    }

    private void collect(Report report, MetricFamilies families) {
        NodeSample sample = report.sample();
        families.gauge(
                "gpudiag_driver_up",
                "1 while NVML answers.",
                Labels.EMPTY,
                sample.driver().usable() ? 1 : 0);
        if (sample.driver().get(HostQuantities.DRIVER_VERSION).isPresent()) {
            families.info(
                    "gpudiag_driver",
                    "Versions of the driver.",
                    Labels.of(
                            "version", text(sample.driver().readings(), HostQuantities.DRIVER_VERSION),
                            "nvml_version", text(sample.driver().readings(), HostQuantities.NVML_VERSION),
                            "cuda_version", text(sample.driver().readings(), HostQuantities.CUDA_DRIVER_VERSION)));
        }
        for (CheckResult result : report.results()) {
            if (result.status() != Status.SKIPPED) {
                families.gauge(
                        "gpudiag_check_status",
                        "0 OK or INFO, 1 WARNING, 2 CRITICAL, 3 UNKNOWN; absent when skipped.",
                        Labels.of("check", result.id()),
                        result.status().exitCode());
            }
        }
        if (sample.driver().get(HostQuantities.HOST_PROCESSES_VISIBLE).value().orElse(false)) {
            sample.gpus().forEach(gpu -> unaccounted(gpu, families));
        }
        kernelLog.get().ifPresent(log -> XidMetrics.add(log, sample, families));
        Instant now = clock.get();
        sample.gpus().forEach(gpu -> collect(gpu, now, families));
    }

    private static void unaccounted(GpuSample gpu, MetricFamilies families) {
        ProcessMemory.unaccounted(gpu)
                .ifPresent(bytes -> families.gauge(
                        "gpudiag_gpu_memory_unaccounted_bytes",
                        "Used framebuffer that no listed process owns.",
                        labels(gpu),
                        bytes));
    }

    private static Labels labels(GpuSample gpu) {
        return Labels.of(
                "gpu", Integer.toString(gpu.identity().index()),
                "uuid", gpu.identity().uuid().orElse(""));
    }

    private void collect(GpuSample gpu, Instant now, MetricFamilies families) {
        if (gpu.condition().state() == GpuCondition.State.PENDING) {
            return; // neither up nor down yet
        }
        Labels labels = labels(gpu);
        families.gauge(
                "gpudiag_gpu_up",
                "1 while the GPU answers.",
                labels,
                gpu.condition().isAnswering() ? 1 : 0);
        families.gauge(
                "gpudiag_sample_age_seconds",
                "Time since the GPU was last read.",
                labels,
                Math.max(0, Duration.between(gpu.takenAt(), now).toMillis() / 1000.0));
        families.info(
                "gpudiag_gpu",
                "Identity of the GPU.",
                labels.merge(Labels.of(
                        "pci_bus_id", gpu.identity().pciBusId().orElse(""),
                        "name", gpu.identity().name().orElse(""),
                        "serial", text(gpu.readings(), GpuQuantities.SERIAL),
                        "vbios_version", text(gpu.readings(), GpuQuantities.VBIOS_VERSION))));
        if (!gpu.condition().isAnswering()) {
            return; // what it said before it was lost in the middle of a round is not what it says now
        }
        families.add(GpuMetrics.GPU, gpu.readings(), labels);
        for (int link = 0; link < gpu.nvlinks().size(); link++) {
            Labels linkLabels = labels.add("link", Integer.toString(link));
            families.add(GpuMetrics.NVLINK, gpu.nvlinks().get(link), linkLabels);
        }
        gpu.processes()
                .value()
                .ifPresent(processes -> families.gauge(
                        "gpudiag_gpu_processes", "Processes that hold the GPU.", labels, processes.size()));
        gpu.migDevices()
                .value()
                .ifPresent(devices -> devices.forEach(device -> collect(gpu, device, labels, families)));
        GrowthMetrics.add(growth, gpu, labels, families);
    }

    private void collect(GpuSample gpu, MigDevice device, Labels gpuLabels, MetricFamilies families) {
        Labels labels = gpuLabels.merge(Labels.of(
                "gpu_instance", text(device.readings(), GpuQuantities.GPU_INSTANCE),
                "compute_instance", text(device.readings(), GpuQuantities.COMPUTE_INSTANCE),
                "profile", text(device.readings(), GpuQuantities.MIG_PROFILE)));
        families.add(GpuMetrics.MIG, device.readings(), labels);
        GrowthMetrics.add(growth, gpu, device, labels, families);
    }

    private static String text(Readings readings, Quantity<?> quantity) {
        return readings.value(quantity).map(String::valueOf).orElse("");
    }
}
