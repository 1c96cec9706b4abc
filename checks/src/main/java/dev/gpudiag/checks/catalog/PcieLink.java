package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.NUMA_NODE;
import static dev.gpudiag.telemetry.GpuQuantities.PCIE_GENERATION;
import static dev.gpudiag.telemetry.GpuQuantities.PCIE_GENERATION_MAX;
import static dev.gpudiag.telemetry.GpuQuantities.PCIE_PORT;
import static dev.gpudiag.telemetry.GpuQuantities.PCIE_PORT_GENERATION_MAX;
import static dev.gpudiag.telemetry.GpuQuantities.PCIE_PORT_WIDTH_MAX;
import static dev.gpudiag.telemetry.GpuQuantities.PCIE_WIDTH;
import static dev.gpudiag.telemetry.GpuQuantities.PCIE_WIDTH_MAX;
import static dev.gpudiag.telemetry.GpuQuantities.PCIE_WIDTH_SYSFS;
import static dev.gpudiag.telemetry.GpuQuantities.PERFORMANCE_STATE;
import static dev.gpudiag.telemetry.GpuQuantities.UTILIZATION_GPU;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Lanes and generation of one GPU's link against what GPU and slot can do together.
 *
 * <p>NVML's most lanes are the GPU's own, whatever the slot: an L4 in a slot of 8 says 16. The port above it, in sysfs,
 * knows the slot; where there is none, as in a virtual machine, identical GPUs of the node stand for it.
 */
final class PcieLink {

    private static final Duration LATELY = Duration.ofSeconds(60);
    private static final int TWO_READINGS = 2;

    /** P0 to P2: from there on down a GPU saves power, whatever its mean utilization of the last second. */
    private static final long LEAST_BUSY_STATE = 2;

    private final GpuSample gpu;
    private final Evidence evidence;
    private final Subject subject;

    PcieLink(GpuSample gpu, Evidence evidence) {
        this.gpu = gpu;
        this.evidence = evidence;
        subject = Subject.gpu(gpu.identity());
    }

    Optional<Finding> width() {
        Optional<Long> lanes = gpu.value(PCIE_WIDTH).filter(width -> width > 0);
        Optional<Long> most = gpu.value(PCIE_WIDTH_MAX);
        if (lanes.isEmpty() || most.isEmpty() || lanes.get() >= most.get()) {
            return Optional.empty();
        }
        Optional<Long> slot = gpu.value(PCIE_PORT_WIDTH_MAX);
        if (slot.isPresent()) {
            long both = Math.min(most.get(), slot.get());
            return lanes.get() < both ? Optional.of(narrow(lanes.get(), both)) : Optional.empty();
        }
        return Optional.of(slotUnknown(lanes.get(), most.get()));
    }

    private Finding narrow(long lanes, long both) {
        String seen = lanes + " of " + both + " PCIe lanes";
        if (!isConfirmed(both)) {
            return proven(Finding.builder(Status.INFO, subject, seen + " in one reading")
                            .why("One reading may catch the link while it trains; a second decides."))
                    .build();
        }
        Finding.Builder finding = faulty(Finding.builder(Status.CRITICAL, subject, seen), both);
        return proven(finding.measured("pcie_lanes", lanes, "count").measured("expected_pcie_lanes", both, "count"))
                .build();
    }

    /** A second reading says the same: the kernel's, which asks the device itself, or the last points of the history. */
    private boolean isConfirmed(long both) {
        if (gpu.value(PCIE_WIDTH_SYSFS).filter(lanes -> lanes < both).isPresent()) {
            return true;
        }
        List<Sample> lately = lately(PCIE_WIDTH);
        return lately.size() >= TWO_READINGS
                && lately.subList(lately.size() - TWO_READINGS, lately.size()).stream()
                        .allMatch(sample -> sample.value() < both);
    }

    private Finding slotUnknown(long lanes, long most) {
        Twins wider = Twins.of(gpu, evidence.sample())
                .that(twin ->
                        twin.value(PCIE_WIDTH).filter(width -> width > lanes).isPresent());
        Twins all = Twins.of(gpu, evidence.sample());
        if (wider.areEnough() && wider.count() * 2 > all.count()) {
            long usual = Math.round(wider.median(PCIE_WIDTH).orElse((double) most));
            Finding.Builder finding = Finding.builder(
                    Status.WARNING,
                    subject,
                    lanes + " PCIe lanes, while " + wider.count() + " identical GPUs have " + usual);
            return proven(faulty(finding, usual).measured("pcie_lanes", lanes, "count"))
                    .build();
        }
        return proven(Finding.builder(Status.INFO, subject, lanes + " PCIe lanes, the GPU has " + most)
                        .why("Whether its slot has more cannot be seen from here."))
                .build();
    }

    private Finding.Builder faulty(Finding.Builder finding, long expected) {
        return finding.limit(Amounts.plural(expected, "lane"))
                .why("Copies to and from the GPU take as much longer as lanes are missing.")
                .action("look whether it comes back: reboot the node, which trains the link anew")
                .action("else drain the node, reseat GPU, riser and cable, and look for dirt in the slot")
                .action("move the GPU to another slot: if the fault moves along, have the GPU replaced");
    }

    Optional<Finding> generation() {
        Optional<Long> now = gpu.value(PCIE_GENERATION).filter(generation -> generation > 0);
        Optional<Long> most = gpu.value(PCIE_GENERATION_MAX)
                .map(max -> Math.min(max, gpu.value(PCIE_PORT_GENERATION_MAX).orElse(max)));
        if (now.isEmpty() || most.isEmpty() || now.get() >= most.get() || !isBusy() || !isSlowLately(most.get())) {
            return Optional.empty();
        }
        String load = Amounts.percent(gpu.value(UTILIZATION_GPU).orElse(0.0));
        return Optional.of(proven(Finding.builder(
                                Status.WARNING,
                                subject,
                                "PCIe generation " + now.get() + " at " + load + " utilization")
                        .limit("generation " + most.get() + " under load")
                        .why("Each generation less halves what the link carries.")
                        .action("look whether it comes back: reboot the node, which trains the link anew")
                        .action("look for a limit in the firmware (PCIe link speed), then reseat GPU, riser and cable")
                        .measured("pcie_generation", now.get(), "count")
                        .measured("expected_pcie_generation", most.get(), "count"))
                .build());
    }

    private boolean isBusy() {
        boolean resting = gpu.value(PERFORMANCE_STATE)
                .filter(state -> state > LEAST_BUSY_STATE)
                .isPresent();
        return !resting
                && gpu.value(UTILIZATION_GPU)
                        .filter(utilization -> utilization >= evidence.setting(PcieCheck.LOAD))
                        .isPresent();
    }

    /** Where there is a history the point before this one must say the same: work may have begun this moment. */
    private boolean isSlowLately(long most) {
        List<Sample> generations = lately(PCIE_GENERATION);
        return generations.size() < TWO_READINGS
                || generations.subList(generations.size() - TWO_READINGS, generations.size()).stream()
                        .allMatch(sample -> sample.value() < most);
    }

    private List<Sample> lately(Quantity<Long> quantity) {
        return evidence.history()
                .series(gpu.identity(), quantity, evidence.sample().takenAt().minus(LATELY));
    }

    Optional<Finding> numa() {
        boolean none = gpu.value(NUMA_NODE).filter(node -> node < 0).isPresent();
        boolean othersHave = evidence.sample().gpus().stream()
                .anyMatch(other ->
                        other.value(NUMA_NODE).filter(node -> node >= 0).isPresent());
        return none && othersHave
                ? Optional.of(Finding.builder(Status.INFO, subject, "no NUMA node, while other GPUs have one")
                        .why("Programs cannot be placed beside this GPU.")
                        .action("look at the firmware's PCIe and NUMA settings")
                        .rule("pcie.numa")
                        .proof(NUMA_NODE, gpu.get(NUMA_NODE))
                        .build())
                : Optional.empty();
    }

    /** What is said where nothing is wrong. */
    Finding ok(String errors) {
        String seen = gpu.value(PCIE_WIDTH).orElse(0L) + " lanes"
                + gpu.value(PCIE_GENERATION)
                        .map(generation -> " of generation " + generation)
                        .orElse("")
                + errors;
        return proven(Finding.builder(Status.OK, subject, seen)).build();
    }

    private Finding.Builder proven(Finding.Builder finding) {
        finding.rule("pcie.width_gen");
        for (Quantity<?> quantity : List.of(
                PCIE_WIDTH,
                PCIE_WIDTH_MAX,
                PCIE_WIDTH_SYSFS,
                PCIE_PORT,
                PCIE_PORT_WIDTH_MAX,
                PCIE_GENERATION,
                PCIE_GENERATION_MAX,
                PCIE_PORT_GENERATION_MAX)) {
            if (gpu.get(quantity).isPresent()) {
                finding.proof(quantity, gpu.get(quantity));
            }
        }
        return finding;
    }
}
