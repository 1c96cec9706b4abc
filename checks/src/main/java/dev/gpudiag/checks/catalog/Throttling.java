package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.ClockEventReason.HW_THERMAL_SLOWDOWN;
import static dev.gpudiag.telemetry.ClockEventReason.SW_THERMAL_SLOWDOWN;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.ClockEventReason;
import dev.gpudiag.telemetry.EventCounter;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.SampleHistory.Increase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Thermal slowdowns of one GPU now and lately.
 *
 * <p>A hardware thermal slowdown in most of the window is CRITICAL, any other a WARNING. Software thermal slowdown holds a
 * GPU at its highest operating temperature, which costs speed and nothing else: a WARNING however long it lasts. The
 * driver's counters tell of slowdowns that begin and end between two readings.
 */
final class Throttling {

    private static final Duration COUNTED = Duration.ofSeconds(60);

    private final GpuSample gpu;
    private final Evidence evidence;
    private final Subject subject;
    private final ClockReasons reasons;
    private final double sustained;

    Throttling(GpuSample gpu, Evidence evidence) {
        this.gpu = gpu;
        this.evidence = evidence;
        subject = Subject.gpu(gpu.identity());
        reasons = ClockReasons.of(gpu, evidence, evidence.setting(TemperatureCheck.WINDOW));
        sustained = evidence.setting(TemperatureCheck.SUSTAINED);
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        for (ClockEventReason reason : List.of(HW_THERMAL_SLOWDOWN, SW_THERMAL_SLOWDOWN)) {
            if (reasons.anyOf(reason)) {
                findings.add(slowdown(reason));
            }
        }
        if (findings.isEmpty()) {
            counted().ifPresent(findings::add);
        }
        return findings;
    }

    private Finding slowdown(ClockEventReason reason) {
        boolean lasting = reasons.wholeWindow() && reasons.part(reason) >= sustained && reason == HW_THERMAL_SLOWDOWN;
        return finding(lasting ? Status.CRITICAL : Status.WARNING, reasons.seen(reason))
                .rule("thm.slowdown")
                .limit(lasting ? "under " + Amounts.percent(sustained) + " of the window" : "none")
                .measured("slowdown_ratio", reasons.measuredPart(reason), "ratio")
                .build();
    }

    private Optional<Finding> counted() {
        double seconds = Stream.of(EventCounter.THERMAL_SECONDS, EventCounter.THERMAL_SLOWDOWN_SECONDS)
                .flatMap(
                        counter -> evidence
                                .history()
                                .increase(
                                        gpu.identity(),
                                        counter,
                                        evidence.sample().takenAt().minus(COUNTED))
                                .stream())
                .mapToDouble(Increase::amount)
                .max()
                .orElse(0);
        if (seconds <= 0) {
            return Optional.empty();
        }
        String seen = String.format(Locale.ROOT, "slowed down by heat for %.1f s of the last minute", seconds);
        Finding.Builder finding = finding(Status.WARNING, seen + ", between two readings")
                .rule("thm.violation_time")
                .limit("0 s")
                .measured("slowdown_seconds", seconds, "seconds");
        for (var counter : List.of(
                GpuQuantities.VIOLATION_THERMAL,
                GpuQuantities.VIOLATION_HW_THERMAL,
                GpuQuantities.VIOLATION_SW_THERMAL)) {
            if (gpu.get(counter).isPresent()) {
                finding.proof(counter, gpu.get(counter));
            }
        }
        return Optional.of(finding.build());
    }

    private Finding.Builder finding(Status status, String seen) {
        Finding.Builder finding = Finding.builder(status, subject, seen)
                .why("The GPU runs slower to stay cool; a job on many GPUs waits for its slowest.")
                .action("look at fans and inlet temperature: ipmitool sdr type Fan; ipmitool sdr type Temperature")
                .action("compare with the node's other GPUs: one alone is its own cooler, all together are the room")
                .action("until then lower the power limit: nvidia-smi -pl WATTS, or move the load");
        return TemperatureCheck.proven(finding, gpu);
    }
}
