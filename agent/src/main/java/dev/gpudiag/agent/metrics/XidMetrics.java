package dev.gpudiag.agent.metrics;

import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.kernellog.XidTotal;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.NodeSample;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Optional;

/** Xids by GPU and number, from the kernel log and NVML; each counted once. Absent for a GPU that has had none. */
final class XidMetrics {

    static final String ERRORS = "gpudiag_gpu_xid_errors";
    static final String ERRORS_HELP =
            "Xids that the GPU has reported, as far back as the kernel log and the agent remember.";
    static final String LAST = "gpudiag_gpu_xid_last_timestamp_seconds";
    static final String LAST_HELP = "When the GPU reported this Xid last, in Unix time.";

    private XidMetrics() {}

    static void add(KernelLog log, NodeSample sample, MetricFamilies families) {
        for (XidTotal total : log.totals()) {
            Optional<GpuIdentity> gpu = sample.gpus().stream()
                    .map(each -> each.identity())
                    .filter(each -> total.key().pciBusId().isPresent()
                            && each.pciBusId().equals(total.key().pciBusId()))
                    .findFirst();
            Labels labels = Labels.of(
                    "gpu", gpu.map(each -> String.valueOf(each.index())).orElse(""),
                    "uuid", gpu.flatMap(GpuIdentity::uuid).orElse(""),
                    "pci_bus_id", total.key().pciBusId().orElse(""),
                    "xid", String.valueOf(total.key().xid()));
            families.counter(ERRORS, ERRORS_HELP, labels, (double) total.count());
            total.last()
                    .ifPresent(
                            last -> families.gauge(LAST, LAST_HELP, labels, ((double) last.toEpochMilli()) / 1000.0));
        }
    }
}
