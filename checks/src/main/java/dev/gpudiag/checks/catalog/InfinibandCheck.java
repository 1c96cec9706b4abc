package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether the network for RDMA between GPUs is what the settings expect; skipped where they expect nothing. */
final class InfinibandCheck implements Check {

    static final Setting<Optional<Integer>> EXPECT_PORTS = Setting.count(
            "infiniband.expect-ports",
            1,
            256,
            "ports",
            "how many InfiniBand (or RoCE) ports must be up; not held unset");

    static final Setting<Optional<Integer>> EXPECT_RATE = Setting.count(
            "infiniband.expect-rate",
            1,
            10_000,
            "Gb/s",
            "how fast the expected ports must be, and every port that is up where no number is expected; not held unset");

    static final Setting<Boolean> EXPECT_PEERMEM = Setting.flag(
            "infiniband.expect-peermem", false, "whether GPUDirect RDMA through nvidia_peermem is expected");

    static final Setting<Double> MOST_FLAPS = Setting.number(
            "infiniband.most-flaps",
            5,
            0,
            254,
            "times",
            "how often a link may go down in 24 h; watched where ports or a rate are expected");

    private static final String PORTS = "/sys/class/infiniband/*/ports/*/";

    private static final CheckSpec SPEC = new CheckSpec(
                    "infiniband",
                    "InfiniBand and RoCE ports and nvidia_peermem, where settings expect them",
                    Set.of(),
                    List.of(EXPECT_PORTS, EXPECT_RATE, EXPECT_PEERMEM, MOST_FLAPS),
                    List.of(
                            new Rule(
                                    "ib.ports",
                                    PORTS + "state, phys_state, link_layer",
                                    "fewer ports ACTIVE and LinkUp than infiniband.expect-ports, Ethernet ones counted"
                                            + " only where there is no InfiniBand; spare ports may be down",
                                    Status.CRITICAL,
                                    "ibstat; look at cable, transceiver and switch port",
                                    "gpud"),
                            new Rule(
                                    "ib.rate",
                                    PORTS + "rate",
                                    "fewer ports as fast as infiniband.expect-rate than expected; without a number, any"
                                            + " port that is up and slower",
                                    Status.CRITICAL,
                                    "ibstat; reseat the cable, look at the switch port's speed",
                                    "gpud"),
                            new Rule(
                                    "ib.flaps",
                                    PORTS + "counters/link_downed",
                                    "more than infiniband.most-flaps in 24 h, while it was watched",
                                    Status.CRITICAL,
                                    "drain; replace cable or transceiver",
                                    "Azure node health checks"),
                            new Rule(
                                    "rdma.peermem_module",
                                    "/proc/modules",
                                    "expected, and not loaded or not used by ib_core; INFO where dma-buf can replace it:"
                                            + " open modules on Linux 5.12 or newer",
                                    Status.WARNING,
                                    "modprobe nvidia_peermem",
                                    "NVIDIA GPUDirect RDMA guide")))
            .needing(CheckSpec.Need.RDMA);

    static boolean isAskedFor(Settings settings) {
        return arePortsAskedFor(settings) || settings.get(EXPECT_PEERMEM);
    }

    private static boolean arePortsAskedFor(Settings settings) {
        return settings.get(EXPECT_PORTS).isPresent()
                || settings.get(EXPECT_RATE).isPresent();
    }

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(Evidence evidence) {
        if (!isAskedFor(evidence.settings())) {
            return List.of(Finding.of(
                    Status.SKIPPED,
                    Subject.node(),
                    "nothing is expected of the network: see infiniband.expect-ports, -rate and -peermem"));
        }
        List<Finding> findings = new ArrayList<>();
        if (arePortsAskedFor(evidence.settings())) {
            findings.addAll(new InfinibandPorts(evidence).findings());
        }
        if (evidence.setting(EXPECT_PEERMEM)) {
            findings.add(new Peermem(evidence.sample()).finding());
        }
        return findings;
    }
}
