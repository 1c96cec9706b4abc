package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Findings about the driver that come up whether it works or not, and what proves them. */
final class DriverFindings {

    private DriverFindings() {}

    static Finding mismatch(DriverFacts facts, String module, String library, Status status) {
        Finding.Builder finding = Finding.builder(
                        status,
                        Subject.node(),
                        "version mismatch: kernel module " + module + ", NVML library " + library)
                .rule("drv.version_mismatch")
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

    static Finding nouveau(DriverFacts facts) {
        List<PciDevice> held = facts.heldByNouveau();
        String name = held.getFirst().driver().orElse("nouveau");
        String seen = Amounts.plural(held.size(), "GPU") + " bound to " + name + ", not to nvidia";
        return Finding.builder(Status.CRITICAL, Subject.node(), seen)
                .rule("drv.nouveau")
                .why("The driver of the Linux kernel holds the GPU; CUDA cannot use it.")
                .action("printf 'blacklist " + name + "\\noptions " + name
                        + " modeset=0\\n' > /etc/modprobe.d/blacklist-" + name + ".conf")
                .action("rebuild the initramfs: update-initramfs -u, or dracut -f")
                .action("install NVIDIA's driver if it is not, then reboot")
                .proof(facts.state().pciDevices().source(), addresses(held))
                .build();
    }

    static Optional<Finding> passedThrough(DriverFacts facts) {
        int count = facts.passedThrough().size();
        return count == 0
                ? Optional.empty()
                : Optional.of(Finding.builder(
                                Status.INFO,
                                Subject.node(),
                                Amounts.plural(count, "GPU") + " given to virtual machines (vfio-pci)")
                        .rule("drv.passed_through")
                        .proof(facts.state().pciDevices().source(), addresses(facts.passedThrough()))
                        .build());
    }

    /** A CRITICAL finding of the node with all that is known of driver and bus as evidence. */
    static Finding critical(DriverFacts facts, String rule, String seen, String why, String... actions) {
        Finding.Builder finding = Finding.builder(Status.CRITICAL, Subject.node(), seen)
                .rule(rule)
                .why(why);
        List.of(actions).forEach(finding::action);
        if (!facts.gpus().isEmpty()) {
            finding.proof(facts.state().pciDevices().source(), addresses(facts.gpus()));
        }
        Reading<Boolean> loaded = facts.state().get(HostQuantities.MODULE_LOADED);
        if (loaded.isPresent()) {
            finding.proof(HostQuantities.MODULE_LOADED, loaded);
        }
        return proven(finding, facts);
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

    static String addresses(List<PciDevice> devices) {
        return devices.stream()
                .map(device -> device.address()
                        + device.driver().map(name -> " (" + name + ")").orElse(" (no driver)"))
                .collect(Collectors.joining(", "));
    }
}
