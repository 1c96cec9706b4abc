package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether the driver works: kernel module, library, device nodes and GPU generation belong together.
 *
 * <p>A driver that does not work is CRITICAL, with the first cause that explains it ({@link DriverFailure}); a node
 * that never had anything of NVIDIA's is SKIPPED.
 */
final class DriverCheck implements Check {

    static final String NO_HARDWARE = "no NVIDIA hardware";

    private static final CheckSpec SPEC =
            new CheckSpec("driver", "kernel module, library and device nodes of the driver", Set.of(), List.of());

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(Evidence evidence) {
        DriverFacts facts = DriverFacts.of(evidence.sample());
        if (facts.state().usable() || facts.recordedWithoutHost()) {
            return working(facts, evidence);
        }
        if (facts.noHardware(evidence)) {
            return List.of(noHardware(facts));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(new DriverFailure(facts).finding());
        passedThrough(facts).filter(found -> !facts.ownGpus().isEmpty()).ifPresent(findings::add);
        return findings;
    }

    private static Finding noHardware(DriverFacts facts) {
        return Finding.builder(Status.SKIPPED, Subject.node(), NO_HARDWARE)
                .proof(facts.state().pciDevices().source(), "no GPU of vendor 0x10de")
                .proof(HostQuantities.MODULE_LOADED, facts.state().get(HostQuantities.MODULE_LOADED))
                .proof(HostQuantities.DRIVER_INSTALLED, facts.state().get(HostQuantities.DRIVER_INSTALLED))
                .build();
    }

    private static List<Finding> working(DriverFacts facts, Evidence evidence) {
        List<Finding> findings = new ArrayList<>();
        findings.add(versions(facts));
        upgradeOnDisk(facts).ifPresent(findings::add);
        nouveau(facts).ifPresent(findings::add);
        passedThrough(facts).ifPresent(findings::add);
        findings.addAll(DeviceNodes.ofWorkingDriver(facts.state().deviceNodes()));
        evidence.sample().gpus().forEach(gpu -> unsupported(gpu, facts).ifPresent(findings::add));
        return findings;
    }

    private static Finding versions(DriverFacts facts) {
        Optional<String> module = facts.moduleVersion();
        Optional<String> library = facts.libraryVersion();
        String cuda = facts.text(HostQuantities.CUDA_DRIVER_VERSION)
                .map(version -> ", CUDA " + version)
                .orElse("");
        if (module.isEmpty() && library.isEmpty()) {
            return facts.state().usable()
                    ? proven(Finding.builder(Status.OK, Subject.node(), "NVML answers" + cuda), facts)
                    : Finding.of(Status.SKIPPED, Subject.node(), "driver version: not in this recording");
        }
        if (module.isEmpty() || library.isEmpty()) {
            String version = module.or(() -> library).orElseThrow();
            return proven(Finding.builder(Status.OK, Subject.node(), "driver " + version + cuda), facts);
        }
        if (module.equals(library)) {
            String seen = "kernel module " + module.get() + " = NVML library " + library.get() + cuda;
            return replacedLibrary(facts)
                    .orElseGet(() -> proven(Finding.builder(Status.OK, Subject.node(), seen), facts));
        }
        return mismatch(facts, module.get(), library.get(), Status.WARNING);
    }

    /** NVML answers with the version that is mapped; the file under its name may be a newer one by now. */
    private static Optional<Finding> replacedLibrary(DriverFacts facts) {
        Optional<String> file = facts.text(HostQuantities.LIBRARY_VERSION);
        Optional<String> module = facts.moduleVersion();
        return file.isEmpty() || file.equals(module)
                ? Optional.empty()
                : Optional.of(mismatch(facts, module.orElseThrow(), file.get(), Status.WARNING));
    }

    static Finding mismatch(DriverFacts facts, String module, String library, Status status) {
        Finding.Builder finding = Finding.builder(
                        status,
                        Subject.node(),
                        "version mismatch: kernel module " + module + ", NVML library " + library)
                .limit("equal versions")
                .why(
                        "The driver was replaced under a running kernel, often by an unattended upgrade: programs that start"
                                + " now cannot use a GPU.");
        if (facts.inContainer()) {
            finding.action("restart this container: its library was put in before the driver of the host was replaced");
        }
        finding.action("drain the node: stop what uses the GPUs (lsof /dev/nvidia*)")
                .action("reboot, or reload: modprobe -r nvidia_drm nvidia_modeset nvidia_uvm nvidia; modprobe nvidia")
                .action("keep the driver from being upgraded by itself: apt-mark hold 'nvidia-*' 'libnvidia-*'");
        return proven(finding, facts);
    }

    private static Optional<Finding> upgradeOnDisk(DriverFacts facts) {
        Optional<String> onDisk = facts.text(HostQuantities.MODULE_ON_DISK_VERSION);
        Optional<String> loaded = facts.text(HostQuantities.MODULE_VERSION);
        if (onDisk.isEmpty() || loaded.isEmpty() || onDisk.equals(loaded)) {
            return Optional.empty();
        }
        String seen = "kernel module " + loaded.get() + " is loaded, " + onDisk.get() + " is on disk";
        return Optional.of(proven(
                Finding.builder(Status.INFO, Subject.node(), seen)
                        .why("The next reboot or reload of the driver brings the other version.")
                        .action("reboot at the next gap, or put the loaded version back"),
                facts));
    }

    private static Optional<Finding> nouveau(DriverFacts facts) {
        if (!facts.heldByNouveau().isEmpty()) {
            return Optional.of(DriverFailure.nouveau(facts));
        }
        boolean loaded =
                facts.state().get(HostQuantities.NOUVEAU_LOADED).value().orElse(false);
        return loaded
                ? Optional.of(Finding.builder(Status.INFO, Subject.node(), "nouveau is loaded but holds no GPU")
                        .proof(HostQuantities.NOUVEAU_LOADED, facts.state().get(HostQuantities.NOUVEAU_LOADED))
                        .build())
                : Optional.empty();
    }

    static Optional<Finding> passedThrough(DriverFacts facts) {
        int count = facts.passedThrough().size();
        return count == 0
                ? Optional.empty()
                : Optional.of(Finding.builder(
                                Status.INFO,
                                Subject.node(),
                                Amounts.plural(count, "GPU") + " given to virtual machines (vfio-pci)")
                        .proof(facts.state().pciDevices().source(), DriverFailure.addresses(facts.passedThrough()))
                        .build());
    }

    private static Optional<Finding> unsupported(GpuSample gpu, DriverFacts facts) {
        Optional<DriverSupport> support =
                gpu.value(GpuQuantities.COMPUTE_CAPABILITY).flatMap(DriverSupport::ofCapability);
        Optional<String> refusal = support.flatMap(row -> facts.moduleVersion().flatMap(row::refusal));
        return refusal.map(seen -> Finding.builder(Status.CRITICAL, Subject.gpu(gpu.identity()), seen)
                .why("The GPU cannot be used, or only in part, with this driver.")
                .action(support.orElseThrow().remedy())
                .proof(GpuQuantities.COMPUTE_CAPABILITY, gpu.get(GpuQuantities.COMPUTE_CAPABILITY))
                .proof("driver version", facts.moduleVersion().orElseThrow())
                .build());
    }

    static Finding proven(Finding.Builder finding, DriverFacts facts) {
        for (Quantity<String> quantity : List.of(
                HostQuantities.MODULE_VERSION,
                HostQuantities.MODULE_ON_DISK_VERSION,
                HostQuantities.DRIVER_VERSION,
                HostQuantities.NVML_VERSION,
                HostQuantities.LIBRARY_VERSION,
                HostQuantities.LIBRARY_PATH)) {
            if (facts.text(quantity).isPresent()) {
                finding.proof(quantity, facts.state().get(quantity));
            }
        }
        if (!facts.state().usable() && !facts.recordedWithoutHost()) {
            finding.proof("nvmlInit_v2", facts.state().nvml().describe());
        }
        return finding.build();
    }
}
