package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.BAR1_TOTAL;
import static dev.gpudiag.telemetry.GpuQuantities.BAR1_USED;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuSample;
import java.util.Optional;

/**
 * Whether the window through which the host and other devices see the framebuffer is used up.
 *
 * <p>A board without resizable BAR has 256 MiB, of which the driver itself maps most: a full one says nothing there.
 */
final class Bar1Pressure {

    static final Rule RULE = new Rule(
            "mem.bar1",
            "nvmlDeviceGetBAR1MemoryInfo",
            "90 % of BAR1 mapped; INFO on a board with 256 MiB of it",
            Status.WARNING,
            "end or reduce what maps it: GPUDirect RDMA and peer mappings",
            "gpudiag");

    private static final double FULL = 0.90;
    private static final long SMALL = 256L << 20;

    private Bar1Pressure() {}

    /** What is wrong; empty where BAR1 has room, or is not told. */
    static Optional<Finding> of(GpuSample gpu) {
        Optional<Long> total = gpu.value(BAR1_TOTAL).filter(bytes -> bytes > 0);
        Optional<Long> used = gpu.value(BAR1_USED);
        if (total.isEmpty() || used.isEmpty() || used.get() < FULL * total.get()) {
            return Optional.empty();
        }
        boolean small = total.get() <= SMALL;
        double ratio = (double) used.get() / total.get();
        Finding.Builder finding = Finding.builder(
                        small ? Status.INFO : Status.WARNING,
                        Subject.gpu(gpu.identity()),
                        "BAR1: " + Amounts.percent(ratio) + " mapped, " + Amounts.bytes(used.get()) + " of "
                                + Amounts.bytes(total.get()) + (small ? ", usual for an aperture this small" : ""))
                .rule("mem.bar1")
                .limit(Amounts.percent(FULL))
                .measured("bar1_used_ratio", ratio, "ratio")
                .measured("bar1_used_bytes", used.get(), "bytes")
                .measured("bar1_total_bytes", total.get(), "bytes")
                .proof(BAR1_USED, gpu.get(BAR1_USED))
                .proof(BAR1_TOTAL, gpu.get(BAR1_TOTAL));
        if (!small) {
            finding.why("A mapping that does not fit fails: GPUDirect RDMA, peer access, persistent host mappings.")
                    .action("see who registers memory: processes that use GPUDirect RDMA (NCCL, UCX, storage)")
                    .action("restart the one that does not give its mappings back")
                    .action("look whether resizable BAR and IOMMU are set as the vendor asks: lspci -vv -s "
                            + gpu.identity().pciBusId().orElse("ADDRESS"));
        }
        return Optional.of(finding.build());
    }
}
