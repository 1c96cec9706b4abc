package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** What {@code devices} says of a GPU that does not answer. */
final class GpuAnswers {

    private static final String SEE_XID = "see why: dmesg -T | grep -E 'NVRM|Xid'";
    private static final String DRAIN = "drain the node: let jobs end or move them (kubectl drain, scontrol update)";

    private GpuAnswers() {}

    /** Why this GPU does not answer; empty when it does. */
    static Optional<Finding> finding(GpuSample gpu) {
        String detail = gpu.condition().detail();
        return switch (gpu.condition().state()) {
            case ANSWERING -> silent(gpu);
            case PENDING -> Optional.of(Finding.of(Status.SKIPPED, Subject.gpu(gpu.identity()), detail));
            case LOST ->
                Optional.of(critical(
                        gpu,
                        "gpu.lost",
                        "lost: fallen off the bus" + suffix(detail),
                        "The GPU no longer answers on PCIe: programs on it have failed, and no reset reaches it.",
                        "confirm: dmesg -T | grep -E 'Xid.*: 79,|fallen off the bus'",
                        DRAIN,
                        "power-cycle the node (cold, not a reboot)",
                        "if it comes back: look at power, riser and slot, reseat or replace the GPU"));
            case RESET_REQUIRED ->
                Optional.of(critical(
                        gpu,
                        "gpu.reset_required",
                        "needs a reset before it works again" + suffix(detail),
                        "After a fatal error the driver refuses new work on this GPU until it is reset.",
                        SEE_XID,
                        DRAIN,
                        "reset it: nvidia-smi --gpu-reset -i " + gpu.identity().index() + ", or reboot the node",
                        "look again: gpudiag check"));
            case UNRESPONSIVE ->
                Optional.of(critical(
                        gpu,
                        "gpu.query_slow",
                        detail.isEmpty() ? "does not answer" : detail,
                        "Every program that asks the driver about this GPU waits as well, and cannot be killed.",
                        "look for Xid 119, 120 or 79: dmesg -T | grep -E 'NVRM|Xid'",
                        DRAIN,
                        "reboot the node; power-cycle it if the reboot hangs"));
            case INACCESSIBLE ->
                Optional.of(critical(
                        gpu,
                        "gpu.no_access",
                        "cannot be opened" + suffix(detail),
                        "NVML counts this GPU and gives no access to it.",
                        "look at its device node: ls -l /dev/nvidia*; id",
                        SEE_XID,
                        "in a container: look which GPUs it was given (NVIDIA_VISIBLE_DEVICES)",
                        "drain the node and reboot it if the module could not start the GPU"));
        };
    }

    private static String suffix(String detail) {
        return detail.isEmpty() ? "" : ": " + detail;
    }

    /** A GPU that is said to answer while each value that should have come did not. */
    private static Optional<Finding> silent(GpuSample gpu) {
        AtomicReference<Quantity<?>> first = new AtomicReference<>();
        AtomicReference<Boolean> anyValue = new AtomicReference<>(false);
        gpu.readings().forEach((quantity, reading) -> {
            if (reading.isPresent()) {
                anyValue.set(true);
            } else if (reading.failed()) {
                first.compareAndSet(null, quantity);
            }
        });
        if (anyValue.get() || first.get() == null) {
            return Optional.empty();
        }
        Reading<?> reading = gpu.get(first.get());
        return Optional.of(critical(
                gpu,
                "gpu.lost",
                "every reading failed, " + first.get() + ": " + reading.describe(),
                "A GPU of which nothing can be read is as good as lost.",
                SEE_XID,
                DRAIN,
                "reboot the node; power-cycle it if the GPU stays away"));
    }

    private static Finding critical(GpuSample gpu, String rule, String seen, String why, String... actions) {
        Finding.Builder finding = Finding.builder(Status.CRITICAL, Subject.gpu(gpu.identity()), seen)
                .rule(rule)
                .why(why)
                .proof(
                        "GPU " + DevicesCheck.describe(gpu.identity()),
                        gpu.condition().state() == GpuCondition.State.ANSWERING
                                ? seen
                                : gpu.condition().detail());
        List.of(actions).forEach(finding::action);
        return finding.build();
    }
}
