package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.HostQuantities;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * Whether what belongs to a driver fits it, so that it still works after the next reboot, load or upgrade.
 *
 * <p>Why a driver does not work now is for {@code driver} to say.
 */
final class DriverInstallCheck implements Check {

    private static final CheckSpec SPEC = new CheckSpec(
            "driver-install",
            "next kernel, GSP firmware, branch, persistence, tools and upgrades of the driver",
            EnumSet.of(CheckSpec.Precondition.SETTLED_DRIVER),
            List.of(),
            DriverInstallRules.ALL);

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(Evidence evidence) {
        DriverFacts facts = DriverFacts.of(evidence.sample());
        if (facts.noHardware(evidence)) {
            return List.of(Finding.of(Status.SKIPPED, Subject.node(), DriverCheck.NO_HARDWARE));
        }
        List<Finding> findings = new ArrayList<>();
        nextKernel(facts).ifPresent(findings::add);
        new DriverUpgrade(facts).finding().ifPresent(findings::add);
        findings.addAll(ToolkitSetup.findings(facts));
        fabricManager(facts).ifPresent(findings::add);
        branch(facts, evidence).ifPresent(findings::add);
        tool(facts).ifPresent(findings::add);
        evidence.sample().gpus().stream()
                .filter(gpu -> gpu.condition().isAnswering())
                .forEach(gpu -> findings.addAll(new GpuInstall(gpu, facts).findings()));
        if (!findings.isEmpty()) {
            return findings;
        }
        return List.of(
                facts.state().usable() || !evidence.sample().gpus().isEmpty()
                        ? Finding.of(Status.OK, Subject.node(), "what was found fits the driver")
                        : Finding.of(Status.SKIPPED, Subject.node(), "no working driver: see the check driver"));
    }

    private static Optional<Finding> nextKernel(DriverFacts facts) {
        boolean runningHasOne = facts.state()
                        .get(HostQuantities.MODULE_ON_DISK_VERSION)
                        .source()
                        .contains(".ko")
                || facts.text(HostQuantities.MODULE_ON_DISK_VERSION).isPresent();
        boolean missing = facts.state()
                .get(HostQuantities.NEXT_KERNEL_HAS_MODULE)
                .value()
                .filter(there -> !there)
                .isPresent();
        Optional<String> next = facts.text(HostQuantities.NEXT_KERNEL);
        if (next.isEmpty() || !missing || !runningHasOne) {
            return Optional.empty(); // a driver that comes from elsewhere, such as a driver container, builds its own
        }
        String running = facts.text(HostQuantities.KERNEL_RELEASE).orElse("the running kernel");
        return Optional.of(Finding.builder(
                        Status.WARNING,
                        Subject.node(),
                        "kernel " + next.get() + " is installed and has no nvidia module; " + running + " has one")
                .rule("drv.kernel_match")
                .why("The next reboot may start that kernel, and the driver will not load.")
                .action("see what DKMS has: dkms status")
                .action("build it: apt install linux-headers-" + next.get() + " && dkms autoinstall -k " + next.get())
                .proof(HostQuantities.NEXT_KERNEL, facts.state().get(HostQuantities.NEXT_KERNEL))
                .proof(HostQuantities.NEXT_KERNEL_HAS_MODULE, facts.state().get(HostQuantities.NEXT_KERNEL_HAS_MODULE))
                .build());
    }

    /** Only where the host has NVSwitches of its own: the trays of a GB200 rack have none and run none. */
    private static Optional<Finding> fabricManager(DriverFacts facts) {
        Optional<String> driver = facts.moduleVersion();
        return facts.text(HostQuantities.FABRIC_MANAGER_VERSION)
                .filter(version -> driver.isPresent() && !driver.get().equals(version))
                .map(version -> Finding.builder(
                                Status.WARNING,
                                Subject.node(),
                                "fabric manager " + version + " is installed for driver " + driver.orElseThrow())
                        .rule("drv.fabric_manager")
                        .limit("equal versions")
                        .why("A fabric manager of another version does not start: CUDA programs fail with error 802.")
                        .action("install the fabric manager of version " + driver.orElseThrow())
                        .action("systemctl restart nvidia-fabricmanager")
                        .proof(
                                HostQuantities.FABRIC_MANAGER_VERSION,
                                facts.state().get(HostQuantities.FABRIC_MANAGER_VERSION))
                        .build());
    }

    private static Optional<Finding> branch(DriverFacts facts, Evidence evidence) {
        Optional<String> version = facts.moduleVersion();
        return version.flatMap(
                        text -> DriverBranches.ended(text, evidence.sample().takenAt()))
                .map(ended -> Finding.builder(
                                Status.INFO, Subject.node(), "driver " + version.orElseThrow() + ": " + ended)
                        .rule("drv.branch_eol")
                        .limit("table of " + DriverBranches.date())
                        .why("It gets no more fixes, and newer CUDA does not take it as a base.")
                        .action("plan an upgrade to a branch that is maintained and runs this GPU")
                        .proof("driver version", version.orElseThrow())
                        .build());
    }

    private static Optional<Finding> tool(DriverFacts facts) {
        boolean missing = facts.state()
                .get(HostQuantities.NVIDIA_SMI_INSTALLED)
                .value()
                .filter(there -> !there)
                .isPresent();
        return missing && facts.state().usable()
                ? Optional.of(
                        Finding.builder(Status.INFO, Subject.node(), "the driver works; nvidia-smi is not installed")
                                .rule("drv.nvidia_smi")
                                .why("That nvidia-smi is not found does not mean that the driver is broken.")
                                .action("for the tool: install nvidia-utils of the driver's version")
                                .proof(
                                        HostQuantities.NVIDIA_SMI_INSTALLED,
                                        facts.state().get(HostQuantities.NVIDIA_SMI_INSTALLED))
                                .build())
                : Optional.empty();
    }
}
