package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.ADDRESSING_MODE;
import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_RESERVED;
import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_TOTAL;
import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_USED;
import static dev.gpudiag.telemetry.GpuQuantities.MIG_MODE;
import static dev.gpudiag.telemetry.GpuQuantities.VIRTUALIZATION_MODE;

import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Why the memory of a GPU cannot be accounted for; each of these would show as memory without an owner. */
final class UnaccountedObstacle {

    private UnaccountedObstacle() {}

    /** The finding that says why; empty where used memory and processes can be held against each other. */
    static Optional<Finding> of(GpuSample gpu, NodeSample sample) {
        Subject subject = Subject.gpu(gpu.identity());
        for (Quantity<Long> quantity : List.of(MEMORY_TOTAL, MEMORY_USED)) {
            if (!gpu.get(quantity).isPresent()) {
                return Optional.of(Unread.finding(subject, "memory", quantity, gpu.get(quantity)));
            }
        }
        return mode(gpu, sample)
                .map(why -> Finding.of(Status.SKIPPED, subject, why))
                .or(() -> processes(gpu, subject));
    }

    private static Optional<String> mode(GpuSample gpu, NodeSample sample) {
        String virtualization = gpu.value(VIRTUALIZATION_MODE).orElse("NONE").toUpperCase(Locale.ROOT);
        Reading<Boolean> visible = sample.driver().get(HostQuantities.HOST_PROCESSES_VISIBLE);
        if (gpu.value(MIG_MODE).orElse(false)) {
            return Optional.of("not available under MIG");
        }
        if (!gpu.get(MEMORY_RESERVED).isPresent()) {
            return Optional.of("this driver counts what it keeps for itself as used (told apart from R510 on)");
        }
        if (virtualization.contains("VGPU") || virtualization.contains("VSGA")) {
            return Optional.of("a virtual GPU: its host uses memory that no process here owns");
        }
        if (sample.driver().get(HostQuantities.CONFIDENTIAL_COMPUTE).value().orElse(false)) {
            return Optional.of("confidential computing: what the protection takes belongs to no process");
        }
        if (isMemoryOfTheHost(gpu)) {
            return Optional.of("this GPU's memory is a memory node of the host: the page cache lives there too");
        }
        if (!visible.isPresent()) {
            return Optional.of("whether all processes of the host were seen is not known");
        }
        return visible.value().orElse(false)
                ? Optional.empty()
                : Optional.of("runs in a pid namespace of its own and does not see all processes (use hostPID)");
    }

    /** Grace: the kernel may put anything into the framebuffer (note in nvml.h). */
    private static boolean isMemoryOfTheHost(GpuSample gpu) {
        String name = gpu.identity().name().orElse("");
        return gpu.value(ADDRESSING_MODE).filter("ATS"::equalsIgnoreCase).isPresent()
                || name.matches(".*\\b(GH200|GB200|GB300).*");
    }

    private static Optional<Finding> processes(GpuSample gpu, Subject subject) {
        Reading<List<ComputeProcess>> listed = gpu.processes();
        if (!listed.isPresent()) {
            boolean unknown = listed.failed() && !listed.reason().equals(Optional.of(Reason.NO_PERMISSION));
            return Optional.of(Finding.builder(
                            unknown ? Status.UNKNOWN : Status.SKIPPED,
                            subject,
                            "processes cannot be listed: " + listed.describe())
                    .proof(listed.source(), listed.describe())
                    .build());
        }
        return listed.value().orElse(List.of()).stream()
                .filter(process -> !process.usedMemoryBytes().isPresent())
                .findFirst()
                .map(process -> Finding.builder(
                                Status.SKIPPED, subject, "the memory of pid " + process.pid() + " is not available")
                        .proof(
                                process.usedMemoryBytes().source(),
                                process.usedMemoryBytes().describe())
                        .build());
    }
}
