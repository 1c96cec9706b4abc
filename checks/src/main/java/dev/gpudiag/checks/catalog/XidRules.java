package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.kernellog.Episode;
import dev.gpudiag.checks.kernellog.KernelEvent.Kind;
import java.util.List;
import java.util.Set;

/** The rules of {@code xid}, and which of them an episode of the kernel log trips. */
final class XidRules {

    private static final String READS = "/dev/kmsg, log files, NVML events";
    private static final String CATALOGUE = "NVIDIA Xid catalogue 2025-10";

    private static final Set<Integer> MEMORY = Set.of(48, 63, 64, 92, 94, 95, 140, 171, 172);
    private static final Set<Integer> GSP = Set.of(119, 120);
    private static final Set<Integer> NVLINK = Set.of(74, 144, 145, 146, 147, 148, 149, 150);
    private static final int POWER_CABLE = 54;

    static final List<Rule> ALL = List.of(
            rule(
                    "xid.fallen_off_bus",
                    "Xid 79, or the driver's words without one; over when the GPU answers again",
                    Status.CRITICAL,
                    "power-cycle; look at power, riser and slot",
                    CATALOGUE),
            rule("xid.gsp_timeout", "Xid 119 or 120", Status.CRITICAL, "drain; reset the GPU or reboot", CATALOGUE),
            rule(
                    "xid.memory",
                    "Xid 48, 63, 64, 92, 94, 95, 140, 171, 172; 94 and 95 by their RST word",
                    Status.CRITICAL,
                    "what the driver asks for; the ecc check tells the state",
                    CATALOGUE),
            rule(
                    "xid.nvlink",
                    "Xid 74, or 144 to 150 by unit, error status and the word Fatal",
                    Status.CRITICAL,
                    "reset the GPU; look at link, cable and peer",
                    CATALOGUE),
            rule(
                    "xid.recovery_action",
                    "Xid 154 asks for a recovery; over with Xid 154 to None",
                    Status.CRITICAL,
                    "exactly that action",
                    CATALOGUE),
            rule(
                    "xid.application",
                    "Xid 13, 31, 43, 45 and others that a program usually causes; INFO after xid.transient-for",
                    Status.WARNING,
                    "restart the program that is named",
                    CATALOGUE),
            rule(
                    "xid.other",
                    "any other Xid, by the catalogue; one that it does not have is UNKNOWN",
                    Status.CRITICAL,
                    "what the catalogue says",
                    CATALOGUE),
            rule(
                    "xid.repeated",
                    "Xid 13 or 31 of three processes or more on one GPU within 24 h, and of none on the others",
                    Status.WARNING,
                    "suspect the GPU: drain it and run the field diagnostic",
                    "gpudiag, after NVIDIA's workflows for Xid 13 and 31"),
            rule(
                    "xid.after_reboots",
                    "the same critical Xid in this boot and in two before it",
                    Status.CRITICAL,
                    "have the hardware looked at: reboots do not help",
                    "gpud"),
            new Rule(
                    "pwr.cable",
                    READS,
                    "Xid 54: auxiliary power is not connected",
                    Status.CRITICAL,
                    "connect it",
                    CATALOGUE),
            new Rule(
                    "xid.fabric_fatal",
                    READS + ": SXid",
                    "a switch error that is fatal to the whole fabric",
                    Status.CRITICAL,
                    "drain and reboot the host",
                    "NVIDIA Fabric Manager guide 1.3"),
            new Rule(
                    "xid.switch",
                    READS + ": SXid",
                    "any other switch error, by the word in its line",
                    Status.CRITICAL,
                    "drain the GPUs on the link and reset them",
                    "NVIDIA Fabric Manager guide 1.3"),
            new Rule(
                    "rdma.peermem",
                    READS,
                    "nvidia-peermem lost the context of a buffer; INFO after xid.transient-for",
                    Status.WARNING,
                    "restart the program; prefer dma-buf",
                    "gpud"),
            new Rule(
                    "xid.driver_message",
                    READS,
                    "RmInitAdapter failed, probe failed, API mismatch, uvm found no address space, NCCL crashed",
                    Status.CRITICAL,
                    "reload the driver or reboot; what NCCL or uvm say: restart the program",
                    "NVIDIA driver: kernel messages; CUDA release notes 13.1"),
            new Rule(
                    "xid.pcie_error",
                    READS,
                    "the kernel reports an uncorrected PCIe error of an NVIDIA device",
                    Status.CRITICAL,
                    "look at slot, riser and link",
                    "PCI Express base specification: advanced error reporting"));

    private XidRules() {}

    private static Rule rule(String id, String condition, Status severity, String action, String source) {
        return new Rule(id, READS, condition, severity, action, source);
    }

    /** The rule that an episode trips. */
    static String of(Episode episode) {
        return switch (episode.key().kind()) {
            case XID, BUS_LOSS -> xid(episode);
            case SXID ->
                episode.spokesman().event().action().startsWith("the fabric of every GPU")
                        ? "xid.fabric_fatal"
                        : "xid.switch";
            case OTHER -> {
                String message = episode.spokesman().event().message();
                boolean peermem = message.contains("invalid context, skipping");
                yield peermem ? "rdma.peermem" : isPcieError(episode) ? "xid.pcie_error" : "xid.driver_message";
            }
        };
    }

    private static String xid(Episode episode) {
        int code = episode.key().code().orElseThrow();
        if (episode.isXid(Episode.FALLEN_OFF_BUS)) {
            return "xid.fallen_off_bus";
        }
        if (code == POWER_CABLE) {
            return "pwr.cable";
        }
        if (code == 154) {
            return "xid.recovery_action";
        }
        if (GSP.contains(code)) {
            return "xid.gsp_timeout";
        }
        if (MEMORY.contains(code)) {
            return "xid.memory";
        }
        if (NVLINK.contains(code)) {
            return "xid.nvlink";
        }
        return XidFindings.isOfApplication(code) ? "xid.application" : "xid.other";
    }

    static boolean isPcieError(Episode episode) {
        return episode.key().kind() == Kind.OTHER
                && episode.spokesman().event().message().startsWith("PCIe Bus Error");
    }
}
