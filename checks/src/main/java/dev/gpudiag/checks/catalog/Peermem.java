package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.RdmaState;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Version;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether network adapters can reach the memory of GPUs: through nvidia_peermem, or dma-buf in its place. */
final class Peermem {

    private static final String MODULES = "/proc/modules";
    private static final Pattern KERNEL = Pattern.compile("(\\d{1,4}\\.\\d{1,4})\\D.*|(\\d{1,4}\\.\\d{1,4})");
    private static final Version DMA_BUF_SINCE = Version.of(5, 12);

    private final NodeSample sample;

    Peermem(NodeSample sample) {
        this.sample = sample;
    }

    Finding finding() {
        RdmaState rdma = sample.rdma();
        Optional<Boolean> loaded = rdma.peermemLoaded().value();
        if (loaded.isEmpty()) {
            return unread(rdma.peermemLoaded());
        }
        if (!loaded.get()) {
            return notLoaded();
        }
        Optional<Boolean> registered = rdma.peermemRegistered().value();
        if (registered.isEmpty()) {
            return unread(rdma.peermemRegistered());
        }
        return registered.get()
                ? Finding.builder(Status.OK, Subject.node(), "nvidia_peermem is loaded, and ib_core uses it")
                        .proof(MODULES, "nvidia_peermem among the users of ib_core")
                        .build()
                : notRegistered();
    }

    private static Finding unread(Reading<Boolean> reading) {
        boolean asked = !reading.reason().equals(Optional.of(Reading.Reason.NOT_READ));
        return Finding.builder(asked ? Status.UNKNOWN : Status.SKIPPED, Subject.node(), reading.describe())
                .proof(MODULES, reading.describe())
                .build();
    }

    private Finding notLoaded() {
        if (canUseDmaBuf()) {
            return Finding.builder(
                            Status.INFO,
                            Subject.node(),
                            "nvidia_peermem is not loaded; this driver and kernel can use dma-buf in its place")
                    .action("see which one a job takes: NCCL_DEBUG=INFO says GPU Direct RDMA and DMABUF")
                    .action("if a library needs it: modprobe nvidia_peermem")
                    .rule("rdma.peermem_module")
                    .proof(MODULES, "no nvidia_peermem")
                    .proof(HostQuantities.MODULE_FLAVOUR, sample.driver().get(HostQuantities.MODULE_FLAVOUR))
                    .proof(HostQuantities.KERNEL_RELEASE, sample.driver().get(HostQuantities.KERNEL_RELEASE))
                    .build();
        }
        return missing("nvidia_peermem is not loaded")
                .action(
                        "modprobe nvidia_peermem; for every boot: echo nvidia_peermem > /etc/modules-load.d/nvidia.conf")
                .proof(MODULES, "no nvidia_peermem")
                .build();
    }

    private static Finding notRegistered() {
        return missing("nvidia_peermem is loaded, but ib_core does not use it")
                .action(
                        "unload and load it again after the network driver: modprobe -r nvidia_peermem; modprobe nvidia_peermem")
                .action(
                        "if that changes nothing: install the GPU driver anew, after the network driver it is built against")
                .proof(MODULES, "no nvidia_peermem among the users of ib_core")
                .build();
    }

    private static Finding.Builder missing(String seen) {
        return Finding.builder(Status.WARNING, Subject.node(), seen)
                .limit("loaded, and used by ib_core")
                .why(
                        "Network adapters cannot reach the memory of GPUs: data goes through main memory, at a fraction of the"
                                + " speed.")
                .rule("rdma.peermem_module");
    }

    /** NVIDIA's open modules export memory as dma-buf, which RDMA takes from Linux 5.12 on. */
    private boolean canUseDmaBuf() {
        boolean open = sample.driver()
                .get(HostQuantities.MODULE_FLAVOUR)
                .value()
                .filter("open"::equals)
                .isPresent();
        return open
                && sample.driver()
                        .get(HostQuantities.KERNEL_RELEASE)
                        .value()
                        .flatMap(Peermem::kernel)
                        .filter(kernel -> kernel.compareTo(DMA_BUF_SINCE) >= 0)
                        .isPresent();
    }

    private static Optional<Version> kernel(String release) {
        Matcher matcher = KERNEL.matcher(release);
        return matcher.matches()
                ? Version.parse(matcher.group(1) == null ? matcher.group(2) : matcher.group(1))
                : Optional.empty();
    }
}
