package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.AER_CORRECTABLE;
import static dev.gpudiag.telemetry.GpuQuantities.AER_FATAL;
import static dev.gpudiag.telemetry.GpuQuantities.AER_NONFATAL;
import static dev.gpudiag.telemetry.GpuQuantities.AER_PORT_CORRECTABLE;
import static dev.gpudiag.telemetry.GpuQuantities.AER_PORT_FATAL;
import static dev.gpudiag.telemetry.GpuQuantities.AER_PORT_NONFATAL;
import static dev.gpudiag.telemetry.GpuQuantities.PCIE_GENERATION;
import static dev.gpudiag.telemetry.GpuQuantities.PCIE_REPLAYS;
import static dev.gpudiag.telemetry.GpuQuantities.PCIE_WIDTH;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.EventCounter;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.SampleHistory.Increase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Replays of one GPU's PCIe link by their rate, and PCIe errors (AER) of the GPU and the ports above it. */
final class PcieErrors {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);

    /** A rate over less time than this says nothing. */
    private static final Duration SHORTEST = Duration.ofSeconds(30);

    /** DCGM: replays a minute and lane that a bit error ratio of 1e-12 explains, by generation from 1. */
    private static final double[] REPLAYS_PER_LANE = {0.15, 0.3, 0.48, 0.96, 1.92, 3.84};

    private final GpuSample gpu;
    private final Subject subject;
    private final Evidence evidence;

    PcieErrors(GpuSample gpu, Evidence evidence) {
        this.gpu = gpu;
        this.evidence = evidence;
        subject = Subject.gpu(gpu.identity());
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        replays().ifPresent(findings::add);
        uncorrectable().ifPresent(findings::add);
        correctable().ifPresent(findings::add);
        return findings;
    }

    /** Whether rates could be judged, to be said where nothing is wrong. */
    String judgement() {
        boolean counted =
                gpu.get(PCIE_REPLAYS).isPresent() || gpu.get(AER_CORRECTABLE).isPresent();
        if (!counted) {
            return "";
        }
        return increase(EventCounter.PCIE_REPLAYS, MINUTE)
                        .or(() -> increase(EventCounter.AER_CORRECTABLE, HOUR))
                        .isPresent()
                ? ", errors within limits"
                : "; error rates need history";
    }

    private Optional<Increase> increase(EventCounter counter, Duration window) {
        return evidence.history()
                .increase(gpu.identity(), counter, evidence.sample().takenAt().minus(window))
                .filter(increase -> increase.over().compareTo(SHORTEST) >= 0);
    }

    private Optional<Finding> replays() {
        Optional<Increase> grown = increase(EventCounter.PCIE_REPLAYS, MINUTE);
        Optional<Long> lanes = gpu.value(PCIE_WIDTH).filter(width -> width > 0);
        Optional<Long> generation =
                gpu.value(PCIE_GENERATION).filter(number -> number >= 1 && number <= REPLAYS_PER_LANE.length);
        if (grown.isEmpty() || lanes.isEmpty() || generation.isEmpty()) {
            return Optional.empty();
        }
        double limit = Math.ceil(REPLAYS_PER_LANE[(int) (generation.get() - 1)] * lanes.get());
        double perMinute = grown.get().perHour() / 60;
        if (perMinute <= limit) {
            return Optional.empty();
        }
        return Optional.of(Finding.builder(Status.WARNING, subject, Math.round(perMinute) + " PCIe replays a minute")
                .limit(Math.round(limit) + " a minute on " + lanes.get() + " lanes of generation " + generation.get())
                .why("The link repeats packets that arrived broken: it gets slower, and is on its way to fail.")
                .action("drain the node at the next gap, reseat GPU, riser and cable")
                .action("move the GPU to another slot: if the replays move along, have the GPU replaced")
                .rule("pcie.replay_rate")
                .measured("pcie_replays_per_minute", perMinute, "count")
                .proof(PCIE_REPLAYS, gpu.get(PCIE_REPLAYS))
                .build());
    }

    private Optional<Finding> uncorrectable() {
        Optional<Increase> grown =
                increase(EventCounter.AER_UNCORRECTABLE, HOUR).filter(increase -> increase.amount() > 0);
        if (grown.isPresent()) {
            long errors = Math.round(grown.get().amount());
            return Optional.of(aer(
                            Status.CRITICAL,
                            Amounts.plural(errors, "uncorrected PCIe error") + " in the last "
                                    + Amounts.duration(grown.get().over()))
                    .limit("0")
                    .measured("pcie_uncorrected_errors", errors, "count")
                    .build());
        }
        long fatal = sum(AER_FATAL, AER_PORT_FATAL);
        if (fatal > 0) {
            return Optional.of(aer(
                            Status.WARNING,
                            Amounts.plural(fatal, "fatal PCIe error") + " since boot, none lately or time not known")
                    .limit("0")
                    .measured("pcie_fatal_errors", fatal, "count")
                    .build());
        }
        long nonfatal = sum(AER_NONFATAL, AER_PORT_NONFATAL);
        return nonfatal > 0
                ? Optional.of(proven(Finding.builder(
                                        Status.INFO,
                                        subject,
                                        Amounts.plural(nonfatal, "non-fatal PCIe error") + " since boot")
                                .why("Drivers cause a few when they start; what counts is whether more come."))
                        .build())
                : Optional.empty();
    }

    private Optional<Finding> correctable() {
        double limit = evidence.setting(PcieCheck.CORRECTABLE);
        Optional<Increase> grown =
                increase(EventCounter.AER_CORRECTABLE, HOUR).filter(increase -> increase.amount() > limit);
        return grown.map(increase -> aer(
                        Status.WARNING,
                        Math.round(increase.amount()) + " corrected PCIe errors in the last "
                                + Amounts.duration(increase.over()))
                .limit(Math.round(limit) + " an hour")
                .measured("pcie_corrected_errors", increase.amount(), "count")
                .build());
    }

    private Finding.Builder aer(Status status, String seen) {
        return proven(Finding.builder(status, subject, seen)
                .why(
                        "The link between GPU and processor breaks data; a GPU that falls off the bus often began like this.")
                .action("see which: dmesg -T | grep -E 'AER|PCIe Bus Error'")
                .action("drain the node, reseat GPU, riser and cable")
                .action("if it comes back: have GPU or riser replaced"));
    }

    private long sum(Quantity<Long> own, Quantity<Long> ports) {
        return gpu.value(own).orElse(0L) + gpu.value(ports).orElse(0L);
    }

    private Finding.Builder proven(Finding.Builder finding) {
        finding.rule("pcie.aer");
        for (Quantity<Long> quantity : List.of(
                AER_FATAL, AER_NONFATAL, AER_CORRECTABLE, AER_PORT_FATAL, AER_PORT_NONFATAL, AER_PORT_CORRECTABLE)) {
            if (gpu.value(quantity).filter(count -> count > 0).isPresent()) {
                finding.proof(quantity, gpu.get(quantity));
            }
        }
        return finding;
    }
}
