package dev.gpudiag.agent.metrics;

import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.GpuCondition;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The one collector of {@code /metrics}: the last report as of now, row by row of the metric table.
 *
 * <p>Only what was read is exposed; a GPU that does not answer keeps {@code gpudiag_gpu_up} and its sample age. Calls no
 * driver. Collects on one thread, the one that adds samples.
 */
public final class NodeCollector implements MultiCollector {

    private final Supplier<Optional<Report>> reports;
    private final Supplier<Instant> clock;
    private final String version;
    private final MemoryGrowth growth;
    private final Supplier<Optional<KernelLog>> kernelLog;
    private volatile MetricOptions options;
    private final AgentFigures agent;
    private final PrometheusRegistry process;

    /** A collector over the report that {@code reports} gives at each scrape. */
    public NodeCollector(Supplier<Optional<Report>> reports, Supplier<Instant> clock, String version) {
        this(reports, clock, version, MemoryGrowth.none(), Optional::empty);
    }

    /** A collector over report, kernel log and how memory grows, of an agent that counts nothing of itself. */
    public NodeCollector(
            Supplier<Optional<Report>> reports,
            Supplier<Instant> clock,
            String version,
            MemoryGrowth growth,
            Supplier<Optional<KernelLog>> kernelLog) {
        this(
                reports,
                clock,
                version,
                growth,
                kernelLog,
                MetricOptions.STANDARD,
                new AgentFigures(),
                new PrometheusRegistry());
    }

    /**
     * A collector over the report and the kernel log that are given at each scrape, and over how memory grows.
     *
     * @param agent what the agent counts of itself
     * @param process metrics of the process, such as {@link ProcessMetricsRegistry#ofThisProcess()}
     */
    public NodeCollector(
            Supplier<Optional<Report>> reports,
            Supplier<Instant> clock,
            String version,
            MemoryGrowth growth,
            Supplier<Optional<KernelLog>> kernelLog,
            MetricOptions options,
            AgentFigures agent,
            PrometheusRegistry process) {
        this.growth = growth;
        this.reports = reports;
        this.clock = clock;
        this.version = version;
        this.kernelLog = kernelLog;
        this.options = options;
        this.agent = agent;
        this.process = process;
    }

    /** Changes which metrics are shown, from the next page on; from any thread. */
    public void show(MetricOptions chosen) {
        options = chosen;
    }

    @Override
    public MetricSnapshots collect() {
        return collect(options);
    }

    private MetricSnapshots collect(MetricOptions chosen) {
        agent.dropped().newPage();
        MetricFamilies families = new MetricFamilies(chosen.series(), agent.dropped());
        families.add(InfoSnapshot.builder()
                .name("gpudiag_build")
                .help("Version of gpudiag.")
                .dataPoint(new InfoSnapshot.InfoDataPointSnapshot(
                        Labels.of("version", version, "java", System.getProperty("java.version"))))
                .build());
        Scrape scrape = scrape(reports.get(), chosen);
        MetricTable.rows(chosen).forEach(row -> families.add(row, scrape));
        MetricTable.LAST.forEach(row -> families.addAlways(row, scrape));
        process.scrape().forEach(families::add);
        return families.snapshots();
    }

    private Scrape scrape(Optional<Report> report, MetricOptions chosen) {
        List<GpuView> gpus = report.map(known -> known.sample().gpus().stream()
                        .filter(gpu -> gpu.condition().state() != GpuCondition.State.PENDING)
                        .map(GpuView::of)
                        .toList())
                .orElse(List.of());
        WorkloadSeries workloads = report.map(known -> WorkloadSeries.of(known.sample(), gpus, chosen, agent.dropped()))
                .orElse(WorkloadSeries.none());
        List<DcgmSubject> dcgm = chosen.dcgm()
                ? report.map(known -> DcgmSubject.of(known.sample(), gpus)).orElse(List.of())
                : List.of();
        return new Scrape(report, clock.get(), gpus, workloads, dcgm, growth, kernelLog.get(), agent, chosen);
    }
}
