package dev.gpudiag.agent.metrics;

import static dev.gpudiag.agent.metrics.Metric.counter;
import static dev.gpudiag.agent.metrics.Metric.gauge;

import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.kernellog.XidTotal;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiConsumer;

/** Xids by GPU and number, from the kernel log and NVML; each counted once. Absent for a GPU that has had none. */
final class XidMetrics {

    private static final List<String> LABELS = List.of("gpu", "uuid", "pci_bus_id", "xid");

    static final List<Metric> ALL = List.of(
            counter(
                    "gpudiag_gpu_xid_errors",
                    "Xids that the GPU has reported, as far back as the kernel log and the agent remember.",
                    LABELS,
                    (scrape, series) -> each(scrape, (total, labels) -> series.add((double) total.count(), labels))),
            gauge(
                    "gpudiag_gpu_xid_last_timestamp_seconds",
                    "When the GPU reported this Xid last, in Unix time.",
                    LABELS,
                    (scrape, series) -> each(
                            scrape,
                            (total, labels) ->
                                    total.last().ifPresent(last -> series.add(last.toEpochMilli() / 1000.0, labels)))),
            gauge(
                    "gpudiag_gpu_last_xid",
                    "Number of the Xid that the GPU reported last; 0 where the kernel log has none.",
                    GpuView.LABELS,
                    (scrape, series) -> scrape.answering()
                            .forEach(gpu -> last(gpu, scrape).ifPresent(xid -> series.add(xid, gpu.labels())))));

    private XidMetrics() {}

    /** The Xid that a GPU reported last; 0 where the kernel log is read and has none; empty where it is not read. */
    static OptionalDouble last(GpuView gpu, Scrape scrape) {
        Optional<String> address = gpu.sample().identity().pciBusId();
        if (scrape.kernelLog().isEmpty() || address.isEmpty()) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(scrape.kernelLog().get().totals().stream()
                .filter(total -> total.key().pciBusId().equals(address))
                .max(Comparator.comparing((XidTotal total) -> total.last().orElse(Instant.MIN)))
                .map(total -> (double) total.key().xid())
                .orElse(0.0));
    }

    private static void each(Scrape scrape, BiConsumer<XidTotal, Labels> action) {
        for (XidTotal total : scrape.kernelLog().map(KernelLog::totals).orElse(List.of())) {
            Optional<GpuView> gpu = scrape.gpus().stream()
                    .filter(each -> total.key().pciBusId().isPresent()
                            && each.sample()
                                    .identity()
                                    .pciBusId()
                                    .equals(total.key().pciBusId()))
                    .findFirst();
            action.accept(
                    total,
                    gpu.map(GpuView::labels)
                            .orElse(Labels.of("gpu", "", "uuid", ""))
                            .merge(Labels.of(
                                    "pci_bus_id",
                                            GpuView.label(total.key().pciBusId().orElse("")),
                                    "xid", String.valueOf(total.key().xid()))));
        }
    }
}
