package dev.gpudiag.agent.metrics;

import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.NodeSample;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an agent knows at one tick, and all that a row of the metric table may look at.
 *
 * @param report empty before the first verdict
 * @param gpus of that report, with their labels
 * @param dcgm GPUs and MIG instances in DCGM's labels; none where its names are not asked for
 * @param workloads series of processes and workloads, within their limit; of a kind that is not asked for, none
 */
record Scrape(
        Optional<Report> report,
        Instant now,
        List<GpuView> gpus,
        WorkloadSeries workloads,
        List<DcgmSubject> dcgm,
        MemoryGrowth growth,
        Optional<KernelLog> kernelLog,
        AgentFigures agent,
        MetricOptions options) {

    Optional<NodeSample> sample() {
        return report.map(Report::sample);
    }

    /** The GPUs that answer: of another, what it said in the middle of a round is not what it says now. */
    List<GpuView> answering() {
        return gpus.stream().filter(GpuView::answers).toList();
    }
}
