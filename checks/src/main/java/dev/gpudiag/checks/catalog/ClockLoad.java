package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.ClockEventReason.APPLICATIONS_CLOCKS_SETTING;
import static dev.gpudiag.telemetry.ClockEventReason.GPU_IDLE;
import static dev.gpudiag.telemetry.ClockEventReason.HW_POWER_BRAKE_SLOWDOWN;
import static dev.gpudiag.telemetry.ClockEventReason.HW_SLOWDOWN;
import static dev.gpudiag.telemetry.ClockEventReason.HW_THERMAL_SLOWDOWN;
import static dev.gpudiag.telemetry.ClockEventReason.SW_POWER_CAP;
import static dev.gpudiag.telemetry.ClockEventReason.SW_THERMAL_SLOWDOWN;
import static dev.gpudiag.telemetry.ClockEventReason.SYNC_BOOST;
import static dev.gpudiag.telemetry.GpuQuantities.CLOCK_EVENT_REASONS;
import static dev.gpudiag.telemetry.GpuQuantities.CLOCK_MAX_SM;
import static dev.gpudiag.telemetry.GpuQuantities.CLOCK_SM;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.ClockEventReason;
import dev.gpudiag.telemetry.GpuSample;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** Clocks of one GPU against its own maximum, and why they are held down. */
final class ClockLoad {

    private static final double BUSY = 0.9;

    private final GpuSample gpu;
    private final Evidence evidence;
    private final Subject subject;
    private final ClockReasons reasons;

    ClockLoad(GpuSample gpu, Evidence evidence) {
        this.gpu = gpu;
        this.evidence = evidence;
        subject = Subject.gpu(gpu.identity());
        reasons = ClockReasons.of(gpu, evidence, evidence.setting(ClocksCheck.WINDOW));
    }

    Optional<Finding> low() {
        OptionalDouble part = lowPart(gpu);
        if (part.isEmpty()) {
            return Optional.empty();
        }
        Twins twins = Twins.of(gpu, evidence.sample());
        boolean alike = twins.count() > 0
                && twins.that(twin -> lowPart(twin).isPresent()).count() == twins.count();
        Duration window = evidence.setting(ClocksCheck.WINDOW);
        String seen = "SM clock at " + Amounts.percent(part.getAsDouble()) + " of its maximum under load for "
                + Setting.format(window);
        Finding.Builder finding = Finding.builder(alike ? Status.INFO : Status.WARNING, subject, seen)
                .rule("clk.low_under_load")
                .limit("at least " + Amounts.percent(evidence.setting(ClocksCheck.LOW)))
                .why(
                        alike
                                ? "All identical GPUs do the same, so that somebody may have locked the clocks."
                                : "No power cap, set clock or sync boost explains it: this GPU is slower than it says.")
                .action("look for locked clocks: nvidia-smi -q -d CLOCK,PERFORMANCE -i "
                        + gpu.identity().index() + "; nvidia-smi -rgc takes them back")
                .action("else drain the node and reset the GPU; if it stays slow, show the vendor nvidia-bug-report.sh")
                .measured("sm_clock_ratio", part.getAsDouble(), "ratio")
                .proof(CLOCK_SM, gpu.get(CLOCK_SM))
                .proof(CLOCK_MAX_SM, gpu.get(CLOCK_MAX_SM))
                .proof(CLOCK_EVENT_REASONS, gpu.get(CLOCK_EVENT_REASONS));
        return Optional.of(
                explained(finding, new LoadedWindow(gpu, evidence, window)).build());
    }

    /** What holds a clock down for heat or power is told by the check of that; this is what follows from it. */
    static Finding.Builder explained(Finding.Builder finding, LoadedWindow load) {
        if (load.heldBy(HW_THERMAL_SLOWDOWN, SW_THERMAL_SLOWDOWN)) {
            return finding.causedBy("temperature");
        }
        return load.heldBy(HW_POWER_BRAKE_SLOWDOWN) ? finding.causedBy("power") : finding;
    }

    /** The mean clock's part of its maximum where that is too low under load and nothing on purpose explains it. */
    private OptionalDouble lowPart(GpuSample of) {
        LoadedWindow load = new LoadedWindow(of, evidence, evidence.setting(ClocksCheck.WINDOW));
        Optional<Long> most = of.value(CLOCK_MAX_SM).filter(hertz -> hertz > 0);
        OptionalDouble mean = load.mean(CLOCK_SM);
        if (most.isEmpty() || mean.isEmpty() || !load.isBusy(BUSY)) {
            return OptionalDouble.empty();
        }
        double part = mean.getAsDouble() / most.get();
        boolean meant = load.heldBy(SW_POWER_CAP, APPLICATIONS_CLOCKS_SETTING, SYNC_BOOST);
        return part < evidence.setting(ClocksCheck.LOW) && !meant ? OptionalDouble.of(part) : OptionalDouble.empty();
    }

    Optional<Finding> hardwareSlowdown() {
        Set<ClockEventReason> now = reasons.now();
        boolean plain = now.contains(HW_SLOWDOWN)
                && !now.contains(GPU_IDLE)
                && !now.contains(HW_THERMAL_SLOWDOWN)
                && !now.contains(HW_POWER_BRAKE_SLOWDOWN)
                && !now.contains(SW_THERMAL_SLOWDOWN);
        return plain
                ? Optional.of(
                        Finding.builder(Status.INFO, subject, "hardware slowdown, neither thermal nor power brake")
                                .rule("clk.hw_slowdown")
                                .why("This bit also comes with changes of the performance state.")
                                .proof(CLOCK_EVENT_REASONS, gpu.get(CLOCK_EVENT_REASONS))
                                .build())
                : Optional.empty();
    }

    /** What is said where nothing is wrong. */
    Finding ok(String judgement) {
        long mega = 1_000_000L;
        String most =
                gpu.value(CLOCK_MAX_SM).map(hertz -> " of " + hertz / mega).orElse("");
        String capped = reasons.now().contains(SW_POWER_CAP) ? ", held by the power limit" : "";
        String seen = gpu.value(CLOCK_SM).orElseThrow() / mega + most + " MHz" + capped + judgement;
        Finding.Builder finding = Finding.builder(Status.OK, subject, seen).proof(CLOCK_SM, gpu.get(CLOCK_SM));
        if (gpu.get(CLOCK_EVENT_REASONS).isPresent()) {
            finding.proof(CLOCK_EVENT_REASONS, gpu.get(CLOCK_EVENT_REASONS));
        }
        return finding.build();
    }
}
