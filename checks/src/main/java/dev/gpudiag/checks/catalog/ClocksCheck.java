package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.CLOCK_EVENT_REASONS;
import static dev.gpudiag.telemetry.GpuQuantities.CLOCK_SM;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/**
 * Whether a GPU runs as fast as it could: clocks that stay low under load, and a GPU that falls behind its twins.
 *
 * <p>Idle, a software power cap and set clocks hold clocks down on purpose. The plain hardware slowdown bit also comes
 * with changes of the performance state. Slowdown by heat is told by {@code temperature}, the power brake by
 * {@code power}.
 */
final class ClocksCheck implements GpuCheck {

    static final Setting<Duration> WINDOW = Setting.duration(
            "clocks.window",
            Duration.ofMinutes(10),
            Duration.ofMinutes(2),
            Duration.ofMinutes(55),
            "how long load must last before clocks are judged");
    static final Setting<Double> LOW = Setting.number(
            "clocks.low", 0.5, 0.05, 1, "ratio", "mean SM clock under load, part of its maximum, that is a warning");
    static final Setting<Double> OUTLIER = Setting.number(
            "clocks.outlier",
            0.85,
            0.3,
            1,
            "ratio",
            "mean SM clock, part of the median of identical GPUs under the same load, that is a warning");
    static final Setting<Double> HOTTER = Setting.number(
            "clocks.outlier-celsius",
            20,
            5,
            60,
            "celsius",
            "how much hotter than identical GPUs under the same load is a warning");

    private static final CheckSpec SPEC = new CheckSpec(
            "clocks",
            "clocks that stay low under load, and a GPU that falls behind identical ones",
            EnumSet.of(Precondition.USABLE_DRIVER, Precondition.GPU),
            List.of(WINDOW, LOW, OUTLIER, HOTTER),
            List.of(
                    new Rule(
                            "clk.low_under_load",
                            "nvmlDeviceGetClockInfo, MaxClockInfo and UtilizationRates over 10 min",
                            "SM clock under half its maximum at 90 % utilization or more, without power cap, set clocks"
                                    + " or sync boost; INFO where identical GPUs do the same",
                            Status.WARNING,
                            "look for locked clocks: nvidia-smi -q -d CLOCK",
                            "gpudiag"),
                    new Rule(
                            "clk.outlier",
                            "mean SM clock, temperature and power of identical GPUs over 10 min",
                            "under 85 % of the median clock, or 20 C above the median at no more power, while all are"
                                    + " under load; power under 70 % of the median: INFO",
                            Status.WARNING,
                            "swap the job between GPUs: if it stays slow there, look at cooling and power",
                            "gpudiag"),
                    new Rule(
                            "clk.hw_slowdown",
                            "nvmlDeviceGetCurrentClocksEventReasons, bit 0x8 without 0x40, 0x80 and 0x1",
                            "set now",
                            Status.INFO,
                            "nothing; it also comes with changes of the performance state",
                            "NVML documentation of clocks event reasons")));

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(GpuSample gpu, Evidence evidence) {
        Subject subject = Subject.gpu(gpu.identity());
        ClockLoad load = new ClockLoad(gpu, evidence);
        List<Finding> findings = new ArrayList<>();
        load.low().ifPresent(findings::add);
        ClockOutlier outlier = new ClockOutlier(gpu, evidence);
        if (findings.isEmpty()) {
            findings.addAll(outlier.findings());
        }
        load.hardwareSlowdown().ifPresent(findings::add);
        findings.addAll(Unread.failures(subject, gpu, List.of(CLOCK_SM, CLOCK_EVENT_REASONS)));
        if (findings.isEmpty()) {
            findings.add(
                    gpu.get(CLOCK_SM).isPresent()
                            ? load.ok(outlier.judgement())
                            : Unread.finding(subject, "clocks", CLOCK_SM, gpu.get(CLOCK_SM)));
        }
        return findings;
    }
}
