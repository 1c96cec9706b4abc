package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.CLOCK_EVENT_REASONS;
import static dev.gpudiag.telemetry.GpuQuantities.TEMPERATURE_GPU;
import static dev.gpudiag.telemetry.GpuQuantities.TEMPERATURE_MARGIN;

import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.CheckSpec.Precondition;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.GpuCheck;
import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * Whether a GPU is too hot: slowed down for it, or beyond the limits that it states itself.
 *
 * <p>A slowdown that is going on counts more than a number, so it stands first.
 */
final class TemperatureCheck implements GpuCheck {

    static final Setting<Double> FALLBACK_LIMIT = Setting.number(
            "temperature.fallback-limit",
            83,
            40,
            110,
            "celsius",
            "limit of a GPU that states no highest operating temperature");
    static final Setting<Duration> WINDOW = Setting.duration(
            "temperature.throttle-window",
            Duration.ofMinutes(10),
            Duration.ofMinutes(1),
            Duration.ofHours(6),
            "how far back slowdowns are counted");
    static final Setting<Double> SUSTAINED = Setting.number(
            "temperature.throttle-ratio",
            0.6,
            0.01,
            1,
            "ratio",
            "part of the window in hardware slowdown that is critical");

    private static final CheckSpec SPEC = new CheckSpec(
            "temperature",
            "thermal slowdown, distance to the device's own limits, and fans",
            EnumSet.of(Precondition.USABLE_DRIVER, Precondition.GPU),
            List.of(FALLBACK_LIMIT, WINDOW, SUSTAINED),
            List.of(
                    new Rule(
                            "thm.slowdown",
                            "nvmlDeviceGetCurrentClocksEventReasons, bits 0x40 and 0x20",
                            "hardware thermal slowdown in 60 % of 10 min; either at any time within: WARNING",
                            Status.CRITICAL,
                            "look at fans and inlet temperature",
                            "gpud, with a limit of its own; NVML documentation of clocks event reasons"),
                    new Rule(
                            "thm.violation_time",
                            "nvmlDeviceGetViolationStatus, fields 269 and 270",
                            "grew within the last minute",
                            Status.WARNING,
                            "look at fans and inlet temperature",
                            "DCGM health watch"),
                    new Rule(
                            "thm.margin",
                            "nvmlDeviceGetMarginTemperature, fields 193 to 196",
                            "at or beyond the board's slowdown margin; used up, or 5 C or less for 5 min: WARNING; not"
                                    + " counted where it is used up on a cold GPU",
                            Status.CRITICAL,
                            "look at fans and inlet temperature",
                            "NVML documentation; gpud"),
                    new Rule(
                            "thm.gpu_max",
                            "nvmlDeviceGetTemperature and TemperatureThreshold, field 82",
                            "at the slowdown threshold; core or memory above its highest operating temperature: WARNING",
                            Status.CRITICAL,
                            "look at fans and inlet temperature",
                            "NVML documentation; gpud"),
                    new Rule(
                            "thm.fan",
                            "nvmlDeviceGetFanSpeed",
                            "0 % while the core has 70 C or more",
                            Status.WARNING,
                            "look at the GPU's own fan",
                            "gpudiag")));

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(GpuSample gpu, Evidence evidence) {
        Subject subject = Subject.gpu(gpu.identity());
        List<Finding> findings = new ArrayList<>(new Throttling(gpu, evidence).findings());
        boolean slowed = findings.stream().anyMatch(finding -> finding.status().isProblem());
        TemperatureLimits limits = new TemperatureLimits(gpu, evidence.setting(FALLBACK_LIMIT), slowed);
        limits.memory().ifPresent(findings::add);
        new TemperatureTrend(gpu, evidence).findings().forEach(findings::add);
        findings.addAll(Unread.failures(subject, gpu, List.of(TEMPERATURE_GPU, CLOCK_EVENT_REASONS)));
        Optional<Finding> core = limits.core();
        core.ifPresent(findings::add);
        if (core.isEmpty() && !slowed && findings.stream().noneMatch(TemperatureCheck::isUnknown)) {
            findings.add(Unread.finding(subject, "temperature", TEMPERATURE_GPU, gpu.get(TEMPERATURE_GPU)));
        }
        return findings;
    }

    private static boolean isUnknown(Finding finding) {
        return finding.status() == Status.UNKNOWN;
    }

    static Finding.Builder proven(Finding.Builder finding, GpuSample gpu) {
        for (var quantity : List.of(
                TEMPERATURE_GPU,
                TEMPERATURE_MARGIN,
                GpuQuantities.TLIMIT_GPU_MAX,
                GpuQuantities.TLIMIT_SLOWDOWN,
                GpuQuantities.THRESHOLD_GPU_MAX,
                GpuQuantities.THRESHOLD_SLOWDOWN,
                CLOCK_EVENT_REASONS)) {
            if (gpu.get(quantity).isPresent()) {
                finding.proof(quantity, gpu.get(quantity));
            }
        }
        return finding;
    }
}
