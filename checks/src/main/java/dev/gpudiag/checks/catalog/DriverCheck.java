package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.checks.cuda.DriverSupport;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Reading;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * Whether the driver works: kernel module, library, device nodes and GPU generation belong together.
 *
 * <p>A driver that does not work is CRITICAL, with the first cause that explains it ({@link DriverFailure}); a node
 * that never had anything of NVIDIA's is SKIPPED.
 */
final class DriverCheck implements Check {

    static final String NO_HARDWARE = "no NVIDIA hardware";

    private static final CheckSpec SPEC = new CheckSpec(
            "driver",
            "kernel module, library and device nodes of the driver",
            EnumSet.of(CheckSpec.Precondition.SETTLED_DRIVER),
            List.of(),
            DriverRules.ALL);

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(Evidence evidence) {
        DriverFacts facts = DriverFacts.of(evidence.sample());
        List<Finding> findings = new ArrayList<>(judge(facts, evidence));
        facts.text(HostQuantities.AGENT_DIED).ifPresent(text -> findings.add(died(text)));
        return findings;
    }

    /** A driver that crashes those who ask it is told by what it did to gpudiag. */
    private static Finding died(String text) {
        return Finding.builder(Status.INFO, Subject.node(), text)
                .rule("drv.agent_died")
                .why("A library of the driver that crashes takes the program with it; so does whoever kills it.")
                .action("see who did it: journalctl -u gpudiag; dmesg -T | grep -iE 'segfault|killed process|NVRM'")
                .proof("agent.json", text)
                .build();
    }

    private static List<Finding> judge(DriverFacts facts, Evidence evidence) {
        if (facts.state().usable() || facts.recordedWithoutHost()) {
            return working(facts, evidence);
        }
        if (facts.noHardware(evidence)) {
            return List.of(noHardware(facts));
        }
        List<Finding> findings = new ArrayList<>();
        Finding failure = new DriverFailure(facts).finding();
        findings.add(
                facts.nvmlFailedFor(Reading.Reason.TIMED_OUT)
                        ? new WedgedDriver(evidence).withSuspect(failure)
                        : failure);
        boolean partly = findings.getFirst().status() == Status.CRITICAL;
        DriverFindings.passedThrough(facts).filter(found -> partly).ifPresent(findings::add);
        if (!facts.heldByNouveau().isEmpty()
                && facts.heldByNouveau().size() < facts.ownGpus().size()) {
            findings.add(DriverFindings.nouveau(facts));
        }
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
        DriverFindings.passedThrough(facts).ifPresent(findings::add);
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
                    ? DriverFindings.proven(Finding.builder(Status.OK, Subject.node(), "NVML answers" + cuda), facts)
                    : Finding.of(Status.SKIPPED, Subject.node(), "driver version: not in this recording");
        }
        if (module.isEmpty() || library.isEmpty()) {
            String version = module.or(() -> library).orElseThrow();
            return DriverFindings.proven(Finding.builder(Status.OK, Subject.node(), "driver " + version + cuda), facts);
        }
        if (module.equals(library)) {
            String seen = "kernel module " + module.get() + " = NVML library " + library.get() + cuda;
            return replacedLibrary(facts)
                    .orElseGet(() -> DriverFindings.proven(Finding.builder(Status.OK, Subject.node(), seen), facts));
        }
        return DriverFindings.mismatch(facts, module.get(), library.get(), Status.WARNING);
    }

    /** NVML answers with the version that is mapped; the file under its name may be a newer one by now. */
    private static Optional<Finding> replacedLibrary(DriverFacts facts) {
        Optional<String> file = facts.text(HostQuantities.LIBRARY_VERSION);
        Optional<String> module = facts.moduleVersion();
        return file.isEmpty() || file.equals(module)
                ? Optional.empty()
                : Optional.of(DriverFindings.mismatch(facts, module.orElseThrow(), file.get(), Status.WARNING));
    }

    private static Optional<Finding> upgradeOnDisk(DriverFacts facts) {
        Optional<String> onDisk = facts.text(HostQuantities.MODULE_ON_DISK_VERSION);
        Optional<String> loaded = facts.text(HostQuantities.MODULE_VERSION);
        if (onDisk.isEmpty() || loaded.isEmpty() || onDisk.equals(loaded)) {
            return Optional.empty();
        }
        String seen = "kernel module " + loaded.get() + " is loaded, " + onDisk.get() + " is on disk";
        return Optional.of(DriverFindings.proven(
                Finding.builder(Status.INFO, Subject.node(), seen)
                        .rule("drv.module_on_disk")
                        .why("The next reboot or reload of the driver brings the other version.")
                        .action("reboot at the next gap, or put the loaded version back"),
                facts));
    }

    private static Optional<Finding> nouveau(DriverFacts facts) {
        if (!facts.heldByNouveau().isEmpty()) {
            return Optional.of(DriverFindings.nouveau(facts));
        }
        boolean loaded =
                facts.state().get(HostQuantities.NOUVEAU_LOADED).value().orElse(false);
        return loaded
                ? Optional.of(Finding.builder(Status.INFO, Subject.node(), "nouveau is loaded but holds no GPU")
                        .rule("drv.nouveau")
                        .proof(HostQuantities.NOUVEAU_LOADED, facts.state().get(HostQuantities.NOUVEAU_LOADED))
                        .build())
                : Optional.empty();
    }

    private static Optional<Finding> unsupported(GpuSample gpu, DriverFacts facts) {
        Optional<DriverSupport> support =
                gpu.value(GpuQuantities.COMPUTE_CAPABILITY).flatMap(DriverSupport::ofCapability);
        Optional<String> refusal = support.flatMap(row -> facts.moduleVersion().flatMap(row::refusal));
        return refusal.map(seen -> Finding.builder(Status.CRITICAL, Subject.gpu(gpu.identity()), seen)
                .rule("drv.arch_eol")
                .why("The GPU cannot be used, or only in part, with this driver.")
                .action(support.orElseThrow().remedy())
                .proof(GpuQuantities.COMPUTE_CAPABILITY, gpu.get(GpuQuantities.COMPUTE_CAPABILITY))
                .proof("driver version", facts.moduleVersion().orElseThrow())
                .build());
    }
}
