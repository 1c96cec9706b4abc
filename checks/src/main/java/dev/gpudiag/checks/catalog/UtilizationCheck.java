package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.UTILIZATION_GPU;

import dev.gpudiag.checks.Amounts;
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
import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.function.DoublePredicate;

/**
 * Whether a GPU was left idle, or had no rest, for a whole window; both are INFO, for whoever plans capacity.
 *
 * <p>NVML gives no utilization of a whole GPU under MIG.
 */
final class UtilizationCheck implements GpuCheck {

    static final Setting<Double> LOW =
            Setting.number("utilization.low", 0.20, 0, 1, "ratio", "utilization below this for the window is waste");
    static final Setting<Double> HIGH = Setting.number(
            "utilization.high", 0.95, 0, 1, "ratio", "utilization above this for the window is saturation");
    static final Setting<Duration> WINDOW = Setting.duration(
            "utilization.window",
            Duration.ofMinutes(60),
            Duration.ofMinutes(5),
            Duration.ofHours(24),
            "how long it must last");

    /** One sample in twenty may be otherwise: a probe, a health check, a pause between two batches. */
    private static final double NEARLY_ALL = 0.95;

    /** A history that is cut at the window's own length never reaches back the last fraction of it. */
    private static final double NEARLY_FULL = 0.97;

    private static final int LEAST_SAMPLES = 10;

    private static final CheckSpec SPEC = new CheckSpec(
            "utilization",
            "a GPU that idles, or has no rest, for an hour",
            EnumSet.of(Precondition.USABLE_DRIVER, Precondition.GPU, Precondition.HISTORY),
            List.of(LOW, HIGH, WINDOW),
            List.of(
                    new Rule(
                            "util.idle",
                            "nvmlDeviceGetUtilizationRates and the process list over utilization.window",
                            "mean, and 95 % of the samples, under utilization.low; not judged under MIG",
                            Status.INFO,
                            "give the GPU work, or give it back",
                            "gpudiag"),
                    new Rule(
                            "util.saturated",
                            "nvmlDeviceGetUtilizationRates over utilization.window",
                            "mean, and 95 % of the samples, over utilization.high; not judged under MIG",
                            Status.INFO,
                            "for serving: look at queue and latency",
                            "gpudiag")));

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(GpuSample gpu, Evidence evidence) {
        return List.of(finding(gpu, Subject.gpu(gpu.identity()), evidence));
    }

    private static Finding finding(GpuSample gpu, Subject subject, Evidence evidence) {
        if (gpu.value(GpuQuantities.MIG_MODE).orElse(false)) {
            return Finding.of(Status.SKIPPED, subject, "not available under MIG");
        }
        if (!gpu.get(UTILIZATION_GPU).isPresent()) {
            return Unread.finding(subject, "utilization", UTILIZATION_GPU, gpu.get(UTILIZATION_GPU));
        }
        Duration window = evidence.setting(WINDOW);
        Instant now = evidence.sample().takenAt();
        List<Sample> series = evidence.history().series(gpu.identity(), UTILIZATION_GPU, now.minus(window));
        Duration reach = series.isEmpty()
                ? Duration.ZERO
                : Duration.between(series.getFirst().at(), now);
        if (series.size() < LEAST_SAMPLES || reach.toMillis() < NEARLY_FULL * window.toMillis()) {
            String has = reach.isZero() ? "none" : Amounts.duration(reach);
            return Finding.of(Status.SKIPPED, subject, "needs " + Setting.format(window) + " of history, has " + has);
        }
        return judge(gpu, subject, series, evidence);
    }

    private static Finding judge(GpuSample gpu, Subject subject, List<Sample> series, Evidence evidence) {
        double low = evidence.setting(LOW);
        double high = evidence.setting(HIGH);
        Duration window = evidence.setting(WINDOW);
        double mean = series.stream().mapToDouble(Sample::value).average().orElseThrow();
        String over = Amounts.percent(mean) + " mean utilization over " + Setting.format(window);
        Finding.Builder finding;
        if (mean < low && part(series, value -> value < low) >= NEARLY_ALL) {
            finding = waste(gpu, subject, over, evidence).rule("util.idle").limit("under " + Amounts.percent(low));
        } else if (mean > high && part(series, value -> value > high) >= NEARLY_ALL) {
            finding = Finding.builder(Status.INFO, subject, "saturated: " + over)
                    .rule("util.saturated")
                    .limit("over " + Amounts.percent(high))
                    .why("There is no reserve: more load means longer waiting. For training it is what is wanted.")
                    .action("for serving: look at queue and latency, and add a replica if they grow");
        } else {
            finding = Finding.builder(Status.OK, subject, over);
        }
        return finding.measured("utilization_mean_ratio", mean, "ratio")
                .measured("window_seconds", (double) window.toSeconds(), "seconds")
                .proof("history of utilization_gpu_ratio", series.size() + " samples")
                .proof(UTILIZATION_GPU, gpu.get(UTILIZATION_GPU))
                .build();
    }

    private static Finding.Builder waste(GpuSample gpu, Subject subject, String over, Evidence evidence) {
        Instant from = evidence.sample().takenAt().minus(evidence.setting(WINDOW));
        List<Sample> processes = evidence.history().processCounts(gpu.identity(), from);
        if (processes.isEmpty()) {
            return Finding.builder(Status.INFO, subject, "idle: " + over)
                    .why("Whether a program holds it cannot be told: its processes cannot be listed.");
        }
        double held = part(processes, count -> count > 0);
        if (held == 0) {
            return Finding.builder(Status.INFO, subject, "not allocated: " + over + ", no process")
                    .why("Nobody uses this GPU.")
                    .action(
                            "give it work, or give it back: look at requests and limits of nvidia.com/gpu on this node");
        }
        return Finding.builder(
                        Status.INFO,
                        subject,
                        "allocated and idle: " + over + ", held " + Amounts.percent(held) + " of it")
                .measured("held_ratio", held, "ratio")
                .why("A program holds this GPU and hardly uses it, so that no other can.")
                .action("see who: nvidia-smi --query-compute-apps=pid,name,used_memory --format=csv")
                .action("ask the owner: a notebook left open, a job that waits for data, a service without load");
    }

    private static double part(List<Sample> series, DoublePredicate predicate) {
        return (double) series.stream()
                        .mapToDouble(Sample::value)
                        .filter(predicate)
                        .count()
                / series.size();
    }
}
