package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.DeviceNode;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.PciDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What PCI bus, NVML and /dev say of each other's GPUs. */
final class GpuPresence {

    /** What configuration space reads, in every field, of a device that no longer answers. */
    private static final int NO_ANSWER = 0xffff;

    private final NodeSample sample;
    private final DriverFacts facts;
    private final Set<String> listed;

    GpuPresence(NodeSample sample, DriverFacts facts) {
        this.sample = sample;
        this.facts = facts;
        listed = sample.gpus().stream()
                .flatMap(gpu -> gpu.identity().pciBusId().stream())
                .map(GpuPresence::normal)
                .collect(Collectors.toUnmodifiableSet());
    }

    static String normal(String pciBusId) {
        return pciBusId.toLowerCase(Locale.ROOT).strip();
    }

    /** Differences while NVML answers. */
    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        facts.ownGpus().stream()
                .filter(device -> device.vendorId() == NO_ANSWER && !isListed(device))
                .forEach(device -> findings.add(offTheBus(device)));
        findings.addAll(missingInNvml());
        counted().ifPresent(findings::add);
        sample.gpus().forEach(gpu -> node(gpu).ifPresent(findings::add));
        return findings;
    }

    /** Whether NVML lists a GPU at this address, whose own condition then says what is wrong. */
    private boolean isListed(PciDevice device) {
        return sample.gpus().stream()
                .flatMap(gpu -> gpu.identity().pciBusId().stream())
                .anyMatch(address -> normal(address).equals(normal(device.address())));
    }

    /** What the bus shows while NVML does not answer: everything else is for {@code driver} to explain. */
    List<Finding> withoutDriver() {
        if (!facts.pciKnown()) {
            return List.of(Finding.builder(
                            facts.installed() ? Status.CRITICAL : Status.UNKNOWN,
                            Subject.node(),
                            "GPUs cannot be listed: neither NVML nor the PCI bus can be read")
                    .rule("drv.pci_present")
                    .why("Without both nobody can say which GPUs this node has.")
                    .proof("PCI bus", facts.state().pciDevices().describe())
                    .causedBy("driver")
                    .build());
        }
        List<PciDevice> own = facts.ownGpus();
        if (own.isEmpty() && !facts.passedThrough().isEmpty()) {
            return DriverFindings.passedThrough(facts).map(List::of).orElse(List.of());
        }
        if (own.isEmpty()) {
            String seen = facts.installed()
                    ? "the driver is installed and no NVIDIA GPU is on the PCI bus"
                    : "no NVIDIA GPU is on the PCI bus";
            return List.of(noGpu(facts, seen));
        }
        return List.of(Finding.builder(
                        Status.CRITICAL,
                        Subject.node(),
                        Amounts.plural(own.size(), "GPU") + " on the PCI bus, none usable: the driver does not work")
                .rule("drv.pci_present")
                .measured("pci_gpus", own.size(), "count")
                .proof(facts.state().pciDevices().source(), DriverFindings.addresses(own))
                .causedBy("driver")
                .build());
    }

    static Finding noGpu(DriverFacts facts, String seen) {
        return Finding.builder(Status.CRITICAL, Subject.node(), seen)
                .rule("gpu.count")
                .limit("at least 1 GPU")
                .why("Somebody set this node up for GPUs; what is not on the bus is off, broken or not attached.")
                .action("look for a trace: dmesg -T | grep -iE 'Xid|fallen off|AER|pcieport'; lspci -d 10de:")
                .action("power-cycle the node (cold, not a reboot); then reseat or replace the GPU")
                .action("in a virtual machine: look whether the GPU is attached to it")
                .action("if no GPU belongs here: remove the driver's packages, and any saved baseline")
                .proof(
                        "PCI bus",
                        DriverFindings.addresses(facts.gpus()).isEmpty()
                                ? "no GPU of vendor 0x10de"
                                : DriverFindings.addresses(facts.gpus()))
                .proof(HostQuantities.DRIVER_INSTALLED, facts.state().get(HostQuantities.DRIVER_INSTALLED))
                .build();
    }

    private Finding offTheBus(PciDevice device) {
        return Finding.builder(Status.CRITICAL, Subject.node(), device.address() + " has fallen off the bus")
                .rule("drv.pci_present")
                .why("Its configuration space reads all ones: the device no longer answers on PCIe.")
                .action("confirm: dmesg -T | grep -E 'Xid.*: 79,|fallen off the bus'")
                .action("drain the node and power-cycle it (cold, not a reboot); then reseat or replace the GPU")
                .proof(facts.state().pciDevices().source(), device.address() + " vendor 0xffff")
                .build();
    }

    private List<Finding> missingInNvml() {
        List<PciDevice> missing = missing();
        if (missing.isEmpty()) {
            return List.of();
        }
        boolean bound = missing.stream().allMatch(device -> device.driver().equals(Optional.of("nvidia")));
        boolean givenToOthers = facts.inContainer()
                && bound
                && DeviceNodes.gpuNodes(facts.state().deviceNodes())
                        <= sample.gpus().size();
        if (givenToOthers) {
            String seen = sample.gpus().size() + " of "
                    + Amounts.plural(facts.ownGpus().size(), "GPU") + " on the bus given to this container";
            return List.of(Finding.builder(Status.INFO, Subject.node(), seen)
                    .rule("drv.pci_present")
                    .why("A container sees the bus of its host; set devices.expect-count to hold it against a number.")
                    .proof(facts.state().pciDevices().source(), DriverFindings.addresses(missing))
                    .build());
        }
        return missing.stream().map(this::missingInNvml).toList();
    }

    /** GPUs on the bus that NVML does not list; none where one that it lists has no address, and may be any of them. */
    private List<PciDevice> missing() {
        if (listed.size() < sample.gpus().size()) {
            return List.of();
        }
        return facts.ownGpus().stream()
                .filter(device -> device.vendorId() != NO_ANSWER)
                .filter(device -> !listed.contains(normal(device.address())))
                .toList();
    }

    boolean isReportedMissing(String pciBusId) {
        return facts.state().usable()
                && missing().stream()
                        .anyMatch(device -> normal(device.address()).equals(normal(pciBusId)));
    }

    private Finding missingInNvml(PciDevice device) {
        String driver = device.driver().orElse("no driver");
        Optional<DriverRefusal> refusal = DriverRefusal.of(device, facts);
        Finding.Builder finding = Finding.builder(
                        Status.CRITICAL,
                        Subject.node(),
                        device.address() + " is on the PCI bus (" + driver + ") and not in NVML")
                .rule("drv.pci_present")
                .why(refusal.map(DriverRefusal::text)
                        .orElse("The kernel module did not start this GPU, or it was lost before anybody looked."))
                .action("see why: dmesg -T | grep -iE 'NVRM|Xid|probe' | grep -i "
                        + device.address().substring(device.address().indexOf(':') + 1));
        if (refusal.isPresent()) {
            finding.action(refusal.get().remedy());
        } else {
            finding.action("look whether it is excluded: grep -r NVreg_ExcludedGpus /etc/modprobe.d; nvidia-smi -B")
                    .action("drain the node and reboot it; power-cycle it if the GPU stays away");
        }
        return finding.proof(facts.state().pciDevices().source(), DriverFindings.addresses(List.of(device)))
                .proof(HostQuantities.GPU_COUNT, facts.state().get(HostQuantities.GPU_COUNT))
                .build();
    }

    /** NVML's own count against the GPUs that it gave. */
    private Optional<Finding> counted() {
        int have = sample.gpus().size();
        return facts.state()
                .get(HostQuantities.GPU_COUNT)
                .value()
                .filter(count -> count != have)
                .map(count -> Finding.builder(
                                count > have ? Status.CRITICAL : Status.WARNING,
                                Subject.node(),
                                "the driver counts " + Amounts.plural(count, "GPU") + ", " + have + " can be listed")
                        .rule("gpu.count")
                        .why("A GPU that is counted and cannot be listed gave no handle: often it is lost.")
                        .action("see which: nvidia-smi -L; lspci -d 10de:")
                        .action("see why: dmesg -T | grep -E 'NVRM|Xid'")
                        .proof(HostQuantities.GPU_COUNT, facts.state().get(HostQuantities.GPU_COUNT))
                        .build());
    }

    private Optional<Finding> node(GpuSample gpu) {
        Optional<String> path = gpu.value(GpuQuantities.MINOR_NUMBER).map(minor -> "/dev/nvidia" + minor);
        List<DeviceNode> nodes = facts.state().deviceNodes().value().orElse(List.of());
        Optional<DeviceNode> node = path.flatMap(wanted ->
                nodes.stream().filter(each -> each.path().equals(wanted)).findFirst());
        return node.filter(each -> each.kind() == DeviceNode.Kind.ABSENT)
                .map(each -> Finding.builder(Status.WARNING, Subject.gpu(gpu.identity()), each.path() + " is missing")
                        .rule("gpu.device_node")
                        .why("NVML answers, and a program that opens this GPU does not find it.")
                        .action("make it: nvidia-modprobe -c " + each.path().replaceAll("\\D", ""))
                        .proof(each.path(), DeviceNodes.describe(each))
                        .build());
    }
}
