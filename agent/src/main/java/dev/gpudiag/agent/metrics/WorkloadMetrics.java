package dev.gpudiag.agent.metrics;

import static dev.gpudiag.agent.metrics.Metric.gauge;
import static dev.gpudiag.agent.metrics.Metric.info;

import dev.gpudiag.agent.metrics.WorkloadSeries.Entry;
import java.util.List;

/** Processes and workloads: only where the configuration asks for them, and no more than it allows. */
final class WorkloadMetrics {

    static final List<Metric> ALL = List.of(
            gauge(
                    "gpudiag_process_memory_used_bytes",
                    "Framebuffer that a process holds (metrics.processes).",
                    WorkloadSeries.PROCESS_LABELS,
                    (scrape, series) -> memory(scrape.workloads().processes(), series)),
            gauge(
                    "gpudiag_process_utilization_ratio",
                    "Part of time that a process' kernels ran, 0 to 1 (metrics.processes).",
                    WorkloadSeries.PROCESS_LABELS,
                    (scrape, series) -> utilization(scrape.workloads().processes(), series)),
            info(
                    "gpudiag_workload",
                    "Who uses a GPU: a process of his holds it, or the kubelet gave it to him (metrics.workloads).",
                    WorkloadSeries.WORKLOAD_LABELS,
                    (scrape, series) -> scrape.workloads().workloads().forEach(entry -> series.add(1, entry.labels()))),
            gauge(
                    "gpudiag_workload_processes",
                    "Processes of a workload that hold the GPU (metrics.workloads).",
                    WorkloadSeries.WORKLOAD_LABELS,
                    (scrape, series) -> scrape.workloads()
                            .workloads()
                            .forEach(entry -> series.add(entry.processes(), entry.labels()))),
            gauge(
                    "gpudiag_workload_memory_used_bytes",
                    "Framebuffer that the processes of a workload hold (metrics.workloads).",
                    WorkloadSeries.WORKLOAD_LABELS,
                    (scrape, series) -> memory(scrape.workloads().workloads(), series)),
            gauge(
                    "gpudiag_workload_utilization_ratio",
                    "Part of time that kernels of a workload ran, 0 to 1 (metrics.workloads).",
                    WorkloadSeries.WORKLOAD_LABELS,
                    (scrape, series) -> utilization(scrape.workloads().workloads(), series)));

    private WorkloadMetrics() {}

    private static void memory(List<Entry> entries, Metric.Series series) {
        entries.forEach(entry -> entry.usedBytes().ifPresent(bytes -> series.add(bytes, entry.labels())));
    }

    private static void utilization(List<Entry> entries, Metric.Series series) {
        entries.forEach(entry -> entry.utilization().ifPresent(ratio -> series.add(ratio, entry.labels())));
    }
}
