package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.ClockEventReason.HW_POWER_BRAKE_SLOWDOWN;
import static dev.gpudiag.telemetry.GpuQuantities.CLOCK_EVENT_REASONS;
import static dev.gpudiag.telemetry.GpuQuantities.POWER_LIMIT_DEFAULT;
import static dev.gpudiag.telemetry.GpuQuantities.POWER_LIMIT_ENFORCED;
import static dev.gpudiag.telemetry.GpuQuantities.POWER_USAGE;
import static dev.gpudiag.telemetry.GpuQuantities.TEMPERATURE_GPU;
import static dev.gpudiag.telemetry.GpuQuantities.VIOLATION_HW_POWER_BRAKE;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.EventCounter;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.SampleHistory.Increase;
import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** What {@code power} says of one GPU. */
final class PowerSupply {

    /** NVML_ERROR_INSUFFICIENT_POWER. */
    private static final int INSUFFICIENT_POWER = 8;

    private static final double USUAL_PART_OF_DEFAULT = 0.9;
    private static final Duration PERSISTENT = Duration.ofMinutes(5);
    private static final int LEAST_SAMPLES = 10;
    private static final Duration COUNTED = Duration.ofSeconds(60);

    private final GpuSample gpu;
    private final Evidence evidence;
    private final Subject subject;

    PowerSupply(GpuSample gpu, Evidence evidence) {
        this.gpu = gpu;
        this.evidence = evidence;
        subject = Subject.gpu(gpu.identity());
    }

    /** Whether the driver says of this GPU, answering or not, that its power cables give too little. */
    static Optional<Finding> insufficient(GpuSample gpu) {
        AtomicReference<String> proof = new AtomicReference<>();
        if (gpu.condition().detail().endsWith("(" + INSUFFICIENT_POWER + ")")) {
            proof.set(gpu.condition().detail());
        }
        gpu.readings().forEach((quantity, reading) -> {
            if (reading instanceof Reading.Missing<?> missing && missing.code().orElse(0) == INSUFFICIENT_POWER) {
                proof.compareAndSet(null, missing.source() + ": " + missing.describe());
            }
        });
        return Optional.ofNullable(proof.get())
                .map(text -> Finding.builder(
                                Status.CRITICAL, Subject.gpu(gpu.identity()), "too little power from its cables")
                        .rule("pwr.cable")
                        .why("The driver does not start a GPU whose power connectors are not all fed.")
                        .action("look for Xid 54: dmesg -T | grep -E 'Xid.*: 54,|NVRM'")
                        .action("power the node off, then plug in or reseat every power cable of this GPU")
                        .action("if it stays: try another cable and another output of the power supply")
                        .proof("driver", text)
                        .build());
    }

    Optional<Finding> brake() {
        ClockReasons reasons = ClockReasons.of(gpu, evidence, evidence.setting(PowerCheck.WINDOW));
        double sustained = evidence.setting(PowerCheck.SUSTAINED);
        if (!reasons.anyOf(HW_POWER_BRAKE_SLOWDOWN)) {
            return countedBrake();
        }
        boolean lasting = reasons.wholeWindow() && reasons.part(HW_POWER_BRAKE_SLOWDOWN) >= sustained;
        return Optional.of(brake(lasting ? Status.CRITICAL : Status.WARNING, reasons.seen(HW_POWER_BRAKE_SLOWDOWN))
                .limit(lasting ? "under " + Amounts.percent(sustained) + " of the window" : "none")
                .measured("slowdown_ratio", reasons.measuredPart(HW_POWER_BRAKE_SLOWDOWN), "ratio")
                .proof(CLOCK_EVENT_REASONS, gpu.get(CLOCK_EVENT_REASONS))
                .build());
    }

    /** By the driver's counter: a brake that came and went between two readings. */
    private Optional<Finding> countedBrake() {
        double seconds = evidence.history()
                .increase(
                        gpu.identity(),
                        EventCounter.POWER_BRAKE_SECONDS,
                        evidence.sample().takenAt().minus(COUNTED))
                .map(Increase::amount)
                .orElse(0.0);
        if (seconds <= 0) {
            return Optional.empty();
        }
        String seen = String.format(Locale.ROOT, "power brake for %.1f s of the last minute", seconds);
        return Optional.of(brake(Status.WARNING, seen + ", between two readings")
                .limit("0 s")
                .measured("slowdown_seconds", seconds, "seconds")
                .proof(VIOLATION_HW_POWER_BRAKE, gpu.get(VIOLATION_HW_POWER_BRAKE))
                .build());
    }

    private Finding.Builder brake(Status status, String seen) {
        return Finding.builder(status, subject, seen)
                .rule("pwr.brake")
                .why("Something outside the GPU, the power supply or the chassis, tells it to draw less.")
                .action(
                        "look at the power supplies and their events: ipmitool sdr type 'Power Supply'; ipmitool sel list")
                .action("look whether the chassis or rack caps power (BMC)")
                .action("reseat the GPU's power cables at the next maintenance");
    }

    Optional<Finding> unreadable() {
        Reading<Double> power = gpu.get(POWER_USAGE);
        if (!power.failed()) {
            return Optional.empty();
        }
        Instant from = evidence.sample().takenAt().minus(PERSISTENT);
        List<Sample> others = evidence.history().series(gpu.identity(), TEMPERATURE_GPU, from);
        boolean persistent = others.size() >= LEAST_SAMPLES
                && evidence.history().series(gpu.identity(), POWER_USAGE, from).isEmpty();
        return persistent
                ? Optional.of(Finding.builder(Status.WARNING, subject, "power cannot be read: " + power.describe())
                        .rule("pwr.unreadable")
                        .limit("readable")
                        .why("Its power controller or sensor does not answer, while the GPU does.")
                        .action("drain the node and reset the GPU")
                        .action("if it comes back: have the GPU looked at")
                        .proof(POWER_USAGE, power)
                        .build())
                : Optional.of(Unread.finding(subject, "power", POWER_USAGE, power));
    }

    Optional<Finding> cap() {
        Optional<Double> enforced = gpu.value(POWER_LIMIT_ENFORCED).filter(watts -> watts > 0);
        Optional<Double> usual = gpu.value(POWER_LIMIT_DEFAULT).filter(watts -> watts > 0);
        if (enforced.isEmpty() || usual.isEmpty() || enforced.get() >= USUAL_PART_OF_DEFAULT * usual.get()) {
            return Optional.empty();
        }
        return Optional.of(Finding.builder(Status.INFO, subject, "limited to " + watts(enforced.get()))
                .rule("pwr.cap")
                .limit("factory limit " + watts(usual.get()))
                .why("Under full load the GPU runs slower than it could; often on purpose.")
                .action("if nobody meant it: nvidia-smi -i " + gpu.identity().index() + " -pl "
                        + Math.round(usual.get()))
                .measured(POWER_LIMIT_ENFORCED.id(), enforced.get(), "watts")
                .measured(POWER_LIMIT_DEFAULT.id(), usual.get(), "watts")
                .proof(POWER_LIMIT_ENFORCED, gpu.get(POWER_LIMIT_ENFORCED))
                .proof(POWER_LIMIT_DEFAULT, gpu.get(POWER_LIMIT_DEFAULT))
                .build());
    }

    Finding ok() {
        double draw = gpu.value(POWER_USAGE).orElseThrow();
        String limit = gpu.value(POWER_LIMIT_ENFORCED)
                .filter(watts -> watts > 0)
                .map(watts -> " of " + watts(watts))
                .orElse("");
        return Finding.builder(Status.OK, subject, watts(draw) + limit)
                .measured(POWER_USAGE.id(), draw, "watts")
                .proof(POWER_USAGE, gpu.get(POWER_USAGE))
                .build();
    }

    private static String watts(double watts) {
        return Math.round(watts) + " W";
    }
}
