package dev.gpudiag.agent.metrics;

import dev.gpudiag.agent.simulation.Scenario;
import dev.gpudiag.agent.simulation.ScenarioCatalog;
import dev.gpudiag.agent.source.SimulatedSource;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** A simulated node at a standstill, its times and durations fixed, and its pages. */
record SimulatedReport(Report report, Optional<KernelLog> kernelLog, MemoryGrowth growth) {

    static final Instant NOW = Instant.parse("2026-07-01T12:00:00Z");
    private static final Path SIMULATOR = Path.of(System.getProperty("gpudiag.simulator"));
    private static final Duration SECONDS = Duration.ofSeconds(5);
    private static final int MOST_SAMPLES = 50;
    private static final Duration PAUSE = Duration.ofMillis(150);
    private static final double STANDSTILL = 1e-9;
    private static final List<Quantity<Double>> OF_TWO_SAMPLES = List.of(
            GpuQuantities.PROFILE_GRAPHICS_ACTIVE,
            GpuQuantities.PROFILE_SM_ACTIVE,
            GpuQuantities.PROFILE_SM_OCCUPANCY,
            GpuQuantities.PROFILE_TENSOR_ACTIVE,
            GpuQuantities.PROFILE_DRAM_ACTIVE,
            GpuQuantities.PROFILE_PCIE_TRANSMIT,
            GpuQuantities.PROFILE_PCIE_RECEIVE);
    private static final List<Quantity<Double>> FROM_SAMPLE_BUFFERS = List.of(
            GpuQuantities.UTILIZATION_GPU_MEAN,
            GpuQuantities.UTILIZATION_GPU_PEAK,
            GpuQuantities.POWER_PEAK,
            GpuQuantities.UTILIZATION_GPU_BUSY,
            GpuQuantities.UTILIZATION_GPU_COVERED,
            GpuQuantities.POWER_MEAN,
            GpuQuantities.POWER_INTEGRAL,
            GpuQuantities.POWER_COVERED,
            GpuQuantities.CLOCK_SM_MEAN,
            GpuQuantities.CLOCK_SM_CYCLES,
            GpuQuantities.CLOCK_SM_COVERED);

    static SimulatedReport of(String scenario) {
        return of(new ScenarioCatalog(SIMULATOR.resolve("scenarios")).open(scenario));
    }

    static SimulatedReport of(Scenario scenario) {
        try (SimulatedSource source = new SimulatedSource(
                scenario, SIMULATOR, STANDSTILL, SECONDS, EnumSet.of(Need.PROCESSES, Need.PERFORMANCE))) {
            NodeSample sample = source.sample(SECONDS, SECONDS);
            for (int i = 0; i < MOST_SAMPLES && needsAnother(sample); i++) {
                // few samples, far apart: a buffer that is read again and again without news is taken for one without
                // any
                LockSupport.parkNanos(PAUSE.toNanos());
                sample = source.sample(SECONDS, SECONDS);
            }
            return of(fixed(sample), source.kernelLog().value());
        }
    }

    static SimulatedReport of(NodeSample sample, Optional<KernelLog> kernelLog) {
        MemoryGrowth growth = new MemoryGrowth(MemoryGrowth.LIMIT);
        growth.add(sample);
        return new SimulatedReport(new CheckRunner(CheckCatalog.all()).run(Evidence.of(sample)), kernelLog, growth);
    }

    /** The performance monitor measures between two samples that are not too near. */
    private static boolean needsAnother(NodeSample sample) {
        return sample.gpus().stream()
                .anyMatch(gpu -> gpu.condition().isAnswering()
                        && gpu.get(GpuQuantities.PROFILE_SM_ACTIVE)
                                .reason()
                                .equals(Optional.of(Reading.Reason.NOT_READ)));
    }

    private static NodeSample fixed(NodeSample sample) {
        List<GpuSample> gpus =
                sample.gpus().stream().map(SimulatedReport::fixed).toList();
        return new NodeSample(NOW, sample.source(), sample.driver(), gpus, sample.host());
    }

    private static GpuSample fixed(GpuSample gpu) {
        Readings.Builder fixed = Readings.builder().putAll(gpu.readings());
        if (gpu.condition().isAnswering()) {
            fixed.put(GpuQuantities.READ_SECONDS, 0.001, "test");
        }
        for (Quantity<Double> quantity : FROM_SAMPLE_BUFFERS) {
            // their samples have times of the day, which tells in the last digits
            gpu.value(quantity).ifPresent(value -> fixed.put(quantity, 1.5, "test"));
        }
        // at a standstill nothing goes over a link
        gpu.value(GpuQuantities.NVLINK_TRANSMITTED)
                .ifPresent(bytes -> fixed.put(GpuQuantities.NVLINK_RATE, 0.0, "test"));
        for (Quantity<Double> quantity : OF_TWO_SAMPLES) {
            gpu.value(quantity)
                    .ifPresent(value -> fixed.put(
                            quantity,
                            new BigDecimal(value).round(new MathContext(4)).doubleValue(),
                            "test"));
        }
        Readings readings = fixed.build();
        return new GpuSample(
                gpu.identity(),
                NOW.minusSeconds(1),
                gpu.condition(),
                readings,
                gpu.nvlinks(),
                gpu.processes()
                        .map(processes ->
                                processes.stream().map(SimulatedReport::fixed).toList()),
                gpu.migDevices());
    }

    /** The driver gives use by process once for each of its own samples, which have times of the day. */
    private static ComputeProcess fixed(ComputeProcess process) {
        return new ComputeProcess(
                process.pid(),
                process.type(),
                process.name(),
                process.gpuInstance(),
                process.computeInstance(),
                process.usedMemoryBytes(),
                Reading.of(0.25, "test"));
    }

    MetricsPage page(MetricOptions options) {
        return page(options, new AgentFigures());
    }

    MetricsPage page(MetricOptions options, AgentFigures figures) {
        MetricsPage page = new MetricsPage(new NodeCollector(
                () -> Optional.of(report),
                () -> NOW,
                "test",
                growth,
                () -> kernelLog,
                options,
                figures,
                new PrometheusRegistry()));
        figures.samples().see(report.sample());
        page.render();
        return page;
    }

    String text(MetricOptions options) {
        return new String(page(options).text(), StandardCharsets.UTF_8);
    }
}
