package dev.gpudiag.checks.catalog;

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
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.PciDevice;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * Whether the NVLinks of a GPU are up and free of errors, and whether it has joined the NVLink fabric.
 *
 * <p>A board without bridges has links that are all down, and MIG turns them off: neither is a fault.
 */
final class NvLinkCheck implements GpuCheck {

    static final Setting<Double> BIT_ERRORS = Setting.number(
            "nvlink.bit-error-ratio",
            1e-12,
            0,
            1,
            "ratio",
            "bit error ratio after error correction that is critical (NVLink 5)");

    private static final CheckSpec SPEC = new CheckSpec(
            "nvlink",
            "NVLinks that are down or make errors, and the NVLink fabric",
            EnumSet.of(Precondition.USABLE_DRIVER, Precondition.GPU),
            List.of(BIT_ERRORS),
            List.of(
                    new Rule(
                            "nvl.state",
                            "nvmlDeviceGetNvLinkState",
                            "a link is down while the GPU is on an NVSwitch, or most identical GPUs have more links up",
                            Status.CRITICAL,
                            "see which, drain the node and reset the GPU",
                            "DCGM health watch; Azure node health checks"),
                    new Rule(
                            "nvl.errors_v4",
                            "nvmlDeviceGetNvLinkErrorCounter over 60 s",
                            "a replay or a recovery; 100 CRC errors a second; from 1 a second: WARNING",
                            Status.CRITICAL,
                            "drain the node and reset the GPU; then have link and baseboard looked at",
                            "DCGM health watch"),
                    new Rule(
                            "nvl.errors_v5",
                            "fields 213, 214, 220, 222",
                            "a link recovery that failed; bit errors after correction above nvlink.bit-error-ratio; a"
                                    + " recovery that succeeded within the hour: WARNING",
                            Status.CRITICAL,
                            "drain the node and reset the GPU; then have link and baseboard looked at",
                            "DCGM health watch, with a limit of its own"),
                    new Rule(
                            "nvl.fabric",
                            "nvmlDeviceGetGpuFabricInfoV",
                            "registration not started, failed, or under way for over 5 min (before that WARNING); a"
                                    + " health bit set; capacity limited: WARNING",
                            Status.CRITICAL,
                            "look at the fabric manager and its log",
                            "DCGM health watch"),
                    new Rule(
                            "nvl.fabricmanager",
                            "processes of the host, NVSwitches on the PCI bus",
                            "NVSwitches are there and no nv-fabricmanager runs",
                            Status.CRITICAL,
                            "systemctl start nvidia-fabricmanager",
                            "NVIDIA Fabric Manager user guide")));

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(Evidence evidence) {
        List<Finding> findings = new ArrayList<>(GpuCheck.super.evaluate(evidence));
        fabricManager(evidence).ifPresent(findings::add);
        return findings;
    }

    @Override
    public List<Finding> evaluate(GpuSample gpu, Evidence evidence) {
        Subject subject = Subject.gpu(gpu.identity());
        if (Migs.isSplit(gpu)) {
            return List.of(Finding.of(Status.SKIPPED, subject, "NVLink is off under MIG"));
        }
        NvLinkErrors errors = new NvLinkErrors(gpu, evidence);
        NvLinkFabric fabric = new NvLinkFabric(gpu, evidence);
        List<Finding> findings = new ArrayList<>(fabric.findings());
        if (findings.isEmpty() && gpu.nvlinks().isEmpty() && fabric.isJoined()) {
            return List.of(Finding.of(Status.OK, subject, "in the NVLink fabric; its links were not read"));
        }
        findings.addAll(new NvLinkState(gpu, evidence).findings());
        findings.addAll(errors.findings());
        if (findings.isEmpty()) {
            String links = gpu.nvlinks().size() + " links up";
            findings.add(Finding.of(Status.OK, subject, links + errors.judgement()));
        }
        return findings;
    }

    private static Optional<Finding> fabricManager(Evidence evidence) {
        var driver = evidence.sample().driver();
        boolean stopped =
                driver.readings().value(HostQuantities.FABRIC_MANAGER_RUNNING).equals(Optional.of(false));
        long switches = driver.pciDevices().value().stream()
                .flatMap(List::stream)
                .filter(PciDevice::isNvSwitch)
                .count();
        if (!stopped || switches == 0) {
            return Optional.empty();
        }
        return Optional.of(Finding.builder(
                        Status.CRITICAL, Subject.node(), switches + " NVSwitches and no fabric manager runs")
                .rule("nvl.fabricmanager")
                .limit("nv-fabricmanager runs")
                .why("Without it the switches route nothing: CUDA programs fail with error 802.")
                .action("start it: systemctl start nvidia-fabricmanager")
                .action("if it stops again: journalctl -u nvidia-fabricmanager; tail /var/log/fabricmanager.log")
                .action("its version must be the driver's: nv-fabricmanager --version")
                .measured("nvswitches", switches, "count")
                .proof(HostQuantities.FABRIC_MANAGER_RUNNING, driver.get(HostQuantities.FABRIC_MANAGER_RUNNING))
                .build());
    }
}
