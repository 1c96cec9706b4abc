package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.PCIE_GENERATION;
import static dev.gpudiag.telemetry.GpuQuantities.PCIE_WIDTH;

import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.CheckSpec.Precondition;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.GpuCheck;
import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuSample;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/**
 * Whether a GPU's PCIe link has the lanes and the speed that GPU and slot can do together, and how many errors it makes.
 *
 * <p>Speed drops at idle by design and is judged under load only; errors are judged by their rate, which needs history.
 */
final class PcieCheck implements GpuCheck {

    static final Setting<Double> LOAD = Setting.number(
            "pcie.load", 0.5, 0.05, 1, "ratio", "utilization from which on the link must run at full speed");
    static final Setting<Double> CORRECTABLE = Setting.number(
            "pcie.correctable-per-hour",
            100,
            0,
            1e9,
            "errors",
            "corrected PCIe errors (AER) in an hour that are a warning");

    private static final CheckSpec SPEC = new CheckSpec(
            "pcie",
            "width and speed of the PCIe link under load, replays and errors",
            EnumSet.of(Precondition.USABLE_DRIVER, Precondition.GPU),
            List.of(LOAD, CORRECTABLE),
            List.of(
                    new Rule(
                            "pcie.width_gen",
                            "nvmlDeviceGetCurrPcieLinkWidth and Generation; current_link_width, and max_link_* of the"
                                    + " port above, in /sys/bus/pci/devices",
                            "fewer lanes than GPU and slot have in two readings; a lower generation while utilization"
                                    + " is 50 % or more: WARNING; fewer lanes than most identical GPUs where the slot"
                                    + " is not known: WARNING",
                            Status.CRITICAL,
                            "reseat GPU, riser and cable",
                            "gpudiag; NVML documentation of nvmlDeviceGetMaxPcieLinkGeneration"),
                    new Rule(
                            "pcie.replay_rate",
                            "nvmlDeviceGetPcieReplayCounter over 60 s",
                            "more a minute than lanes x 0.15, 0.3, 0.48, 0.96, 1.92, 3.84 (generation 1 to 6), rounded up",
                            Status.WARNING,
                            "reseat GPU, riser and cable",
                            "DCGM health watch (bit error ratio 1e-12)"),
                    new Rule(
                            "pcie.aer",
                            "aer_dev_fatal, _nonfatal, _correctable of the GPU and the ports up to the root",
                            "a fatal or non-fatal error within the hour; corrected ones over pcie.correctable-per-hour:"
                                    + " WARNING; a fatal one since boot: WARNING",
                            Status.CRITICAL,
                            "drain the node, reseat GPU and riser",
                            "gpudiag; Linux kernel documentation of AER"),
                    new Rule(
                            "pcie.numa",
                            "numa_node in /sys/bus/pci/devices",
                            "none for this GPU while others of the node have one",
                            Status.INFO,
                            "look at the firmware's PCIe and NUMA settings",
                            "gpudiag")));

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(GpuSample gpu, Evidence evidence) {
        Subject subject = Subject.gpu(gpu.identity());
        PcieLink link = new PcieLink(gpu, evidence);
        PcieErrors errors = new PcieErrors(gpu, evidence);
        List<Finding> findings = new ArrayList<>();
        link.width().ifPresent(findings::add);
        link.generation().ifPresent(findings::add);
        findings.addAll(errors.findings());
        link.numa().ifPresent(findings::add);
        findings.addAll(Unread.failures(subject, gpu, List.of(PCIE_WIDTH, PCIE_GENERATION)));
        if (findings.stream().noneMatch(finding -> finding.status().isProblem())) {
            findings.add(
                    gpu.get(PCIE_WIDTH).isPresent()
                            ? link.ok(errors.judgement())
                            : Unread.finding(subject, "PCIe link", PCIE_WIDTH, gpu.get(PCIE_WIDTH)));
        }
        return findings;
    }
}
