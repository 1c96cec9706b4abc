package dev.gpudiag.checks.catalog;

import static dev.gpudiag.checks.catalog.DriverFindings.critical;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.Optional;

/** Why the kernel module nvidia is not loaded: not for this GPU, not installed, no GPU, not built, or held back. */
record ModuleNotLoaded(DriverFacts facts) {

    Finding finding() {
        Optional<DriverRefusal> refusal = DriverRefusal.ofAll(facts);
        Reading<String> onDisk = facts.state().get(HostQuantities.MODULE_ON_DISK_VERSION);
        if (refusal.isPresent()) {
            return critical(
                    facts,
                    refusal.get().rule(),
                    "driver not loaded: " + refusal.get().text(),
                    "The kernel module does not start for a GPU that it does not support.",
                    refusal.get().remedy(),
                    "confirm: dmesg -T | grep -i NVRM");
        }
        if (!facts.installed()) {
            return notInstalled();
        }
        if (facts.pciKnown() && facts.gpus().isEmpty()) {
            return noGpuOnBus();
        }
        if (facts.inContainer()) {
            return critical(
                    facts,
                    "drv.module_loaded",
                    notLoaded(),
                    "A container uses the kernel module of its host.",
                    "on the host: modprobe nvidia; dmesg -T | grep -iE 'nvidia|NVRM'",
                    "under Kubernetes with the GPU operator: look at the driver pod of this node");
        }
        if (onDisk.isPresent() || onDisk.source().contains(".ko")) { // there, though its version may not be readable
            return critical(
                    facts,
                    "drv.module_loaded",
                    notLoaded(),
                    "The module is on disk, and something keeps it from being loaded.",
                    "modprobe nvidia",
                    "if that fails: dmesg -T | grep -iE 'nvidia|NVRM|module verification|Lockdown'",
                    "\"Key was rejected by service\" is Secure Boot: mokutil --sb-state; sign the module and enrol the key",
                    "look for a blacklist: grep -rE 'blacklist +nvidia' /etc/modprobe.d /lib/modprobe.d");
        }
        return moduleNotOnDisk(onDisk);
    }

    private Finding moduleNotOnDisk(Reading<String> onDisk) {
        boolean looked = !onDisk.reason().equals(Optional.of(Reason.NOT_READ));
        String kernel = facts.text(HostQuantities.KERNEL_RELEASE).orElse("the running kernel");
        String seen = looked ? "driver not loaded: no kernel module nvidia for " + kernel + library() : notLoaded();
        return critical(
                facts,
                "drv.module_loaded",
                seen,
                "Kernel and module must match: after a kernel upgrade the module has to be built again.",
                "see what DKMS has: dkms status",
                "build it: apt install linux-headers-$(uname -r) && dkms autoinstall, or install the driver's package anew",
                "modprobe nvidia");
    }

    Finding notInstalled() {
        if (!facts.pciKnown()) {
            return Finding.builder(
                            Status.UNKNOWN,
                            Subject.node(),
                            "no driver, and the PCI bus cannot be read: whether there is a GPU is not known")
                    .action("let gpudiag read /sys/bus/pci/devices")
                    .build();
        }
        if (facts.gpus().isEmpty()) {
            return noGpuOnBus();
        }
        return critical(
                facts,
                "drv.module_loaded",
                Amounts.plural(facts.ownGpus().size(), "NVIDIA GPU") + " and no driver: kernel module not loaded",
                "Without NVIDIA's driver nothing can use the GPU.",
                "install the driver, on Ubuntu: ubuntu-drivers install --gpgpu; on Debian: apt install nvidia-driver",
                "reboot, or: modprobe nvidia");
    }

    /** The driver was put here for a GPU; the module refuses to load where it finds none. */
    private Finding noGpuOnBus() {
        String seen =
                facts.installed() ? "driver not loaded: no GPU on the PCI bus" + library() : "no GPU on the PCI bus";
        return DriverFindings.proven(
                Finding.builder(Status.CRITICAL, Subject.node(), seen)
                        .rule("drv.module_loaded")
                        .why(
                                "A node that should have a GPU shows none, and the kernel module does not load without one.")
                        .action(
                                "look whether a GPU fell off the bus: dmesg -T | grep -iE 'Xid|fallen off|AER|pcieport'")
                        .action("power-cycle the node (cold, not a reboot); then reseat or replace the GPU")
                        .action("in a virtual machine: look whether the GPU is attached to it")
                        .proof(facts.state().pciDevices().source(), "no GPU of vendor 0x10de"),
                facts);
    }

    private String notLoaded() {
        String onDisk = facts.text(HostQuantities.MODULE_ON_DISK_VERSION)
                .map(version -> ", module " + version + " on disk")
                .orElse("");
        return "driver not loaded: no kernel module nvidia" + onDisk + library();
    }

    private String library() {
        return facts.text(HostQuantities.LIBRARY_VERSION)
                .map(version -> ", library " + version)
                .orElse("");
    }
}
