package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.PCIE_RECEIVE;
import static dev.gpudiag.telemetry.GpuQuantities.PCIE_TRANSMIT;
import static dev.gpudiag.telemetry.GpuQuantities.POWER_USAGE;
import static dev.gpudiag.telemetry.GpuQuantities.UTILIZATION_GPU;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.EventCounter;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.SampleHistory.Increase;
import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** Whether one GPU only waits, from its utilization, power and links over a window. */
final class Waiting {

    private static final double FULLY_USED = 0.97;
    private static final double BUSY = 0.9;

    /** A kernel that computes draws unsteady power; one that waits keeps within this of its mean. */
    private static final double STEADY = 0.1;

    /** Bytes a second that heartbeats and monitoring explain. */
    private static final double QUIET = 10e6;

    private static final int LEAST_SAMPLES = 30;

    private final GpuSample gpu;
    private final Evidence evidence;
    private final Subject subject;
    private final Duration window;
    private final LoadedWindow load;
    private final OptionalDouble power;

    Waiting(GpuSample gpu, Evidence evidence) {
        this.gpu = gpu;
        this.evidence = evidence;
        subject = Subject.gpu(gpu.identity());
        window = evidence.setting(HangCheck.WINDOW);
        load = new LoadedWindow(gpu, evidence, window);
        power = load.mean(POWER_USAGE);
    }

    Finding finding() {
        if (!gpu.get(UTILIZATION_GPU).isPresent()) {
            return Unread.finding(subject, "utilization", UTILIZATION_GPU, gpu.get(UTILIZATION_GPU));
        }
        if (!load.isWhole()) {
            return Finding.of(Status.SKIPPED, subject, "needs " + Setting.format(window) + " of history");
        }
        if (!load.isBusy(FULLY_USED)) {
            return Finding.of(Status.OK, subject, "not fully used all the time");
        }
        Optional<Double> traffic = traffic();
        if (power.isEmpty() || traffic.isEmpty()) {
            return Finding.of(Status.SKIPPED, subject, "fully used; power or link traffic cannot be read");
        }
        Optional<String> below = farBelow();
        if (below.isEmpty() || !isSteady() || traffic.get() > QUIET) {
            return Finding.of(Status.OK, subject, "fully used, and at work");
        }
        return waits(below.get(), traffic.get());
    }

    private Finding waits(String below, double traffic) {
        String seen = "looks fully used for " + Setting.format(window) + " at " + Math.round(power.getAsDouble())
                + " W, " + below + ", with quiet links";
        return Finding.builder(Status.WARNING, subject, seen)
                .rule("hang.collective")
                .limit("at least " + Amounts.percent(evidence.setting(HangCheck.POWER)) + " of that power")
                .why("So looks a kernel that waits for a rank which never arrives: a hung collective, not saturation.")
                .action(
                        "look which rank is elsewhere: py-spy dump --pid PID on each; the one outside NCCL is the culprit")
                .action("look for its reason: dmesg -T | grep -E 'Xid|NVRM'; gpudiag check xid nvlink")
                .action("set TORCH_NCCL_TRACE_BUFFER_SIZE and NCCL_DEBUG=WARN for the next run, then restart the job")
                .measured("power_mean_watts", power.getAsDouble(), "watts")
                .measured("link_bytes_per_second", traffic, "bytes")
                .proof("history of utilization_gpu_ratio", "at least " + FULLY_USED + " all the time")
                .proof("history of power_usage_watts", String.format(Locale.ROOT, "mean %.0f", power.getAsDouble()))
                .proof("link traffic", String.format(Locale.ROOT, "%.0f bytes a second", traffic))
                .build();
    }

    /** What the power is far below, in words: its own when it was busy before, else that of identical busy GPUs. */
    private Optional<String> farBelow() {
        double most = evidence.setting(HangCheck.POWER);
        OptionalDouble before = busyPowerBefore();
        if (before.isPresent()) {
            return power.getAsDouble() < most * before.getAsDouble()
                    ? Optional.of("and drew " + Math.round(before.getAsDouble()) + " W when busy before")
                    : Optional.empty();
        }
        OptionalDouble twins = Twins.of(gpu, evidence.sample())
                .that(twin -> new LoadedWindow(twin, evidence, window).isBusy(BUSY))
                .median(twin -> new LoadedWindow(twin, evidence, window).mean(POWER_USAGE));
        return twins.isPresent() && power.getAsDouble() < most * twins.getAsDouble()
                ? Optional.of("while identical GPUs draw " + Math.round(twins.getAsDouble()) + " W")
                : Optional.empty();
    }

    /** Its mean power over the samples before the window in which it was busy. */
    private OptionalDouble busyPowerBefore() {
        Instant from = evidence.sample().takenAt().minus(window);
        List<Sample> used = evidence.history().series(gpu.identity(), UTILIZATION_GPU, Instant.MIN);
        List<Sample> drawn = evidence.history().series(gpu.identity(), POWER_USAGE, Instant.MIN);
        double sum = 0;
        int count = 0;
        int next = 0;
        for (Sample sample : drawn) {
            while (next < used.size() && used.get(next).at().isBefore(sample.at())) {
                next++;
            }
            boolean together = next < used.size() && used.get(next).at().equals(sample.at());
            if (together && sample.at().isBefore(from) && used.get(next).value() >= BUSY) {
                sum += sample.value();
                count++;
            }
        }
        return count < LEAST_SAMPLES ? OptionalDouble.empty() : OptionalDouble.of(sum / count);
    }

    private boolean isSteady() {
        double mean = power.getAsDouble();
        return load.series(POWER_USAGE).stream().allMatch(sample -> Math.abs(sample.value() - mean) <= STEADY * mean);
    }

    /** Bytes a second over NVLink, else over PCIe; empty where neither was read over the window. */
    private Optional<Double> traffic() {
        Instant from = evidence.sample().takenAt().minus(window);
        Optional<Double> nvlink = evidence.history()
                .increase(gpu.identity(), EventCounter.NVLINK_TRAFFIC_BYTES, from)
                .map(Increase::perSecond);
        if (nvlink.isPresent()) {
            return nvlink;
        }
        OptionalDouble sent = load.mean(PCIE_TRANSMIT);
        OptionalDouble received = load.mean(PCIE_RECEIVE);
        return sent.isPresent() && received.isPresent()
                ? Optional.of(sent.getAsDouble() + received.getAsDouble())
                : Optional.empty();
    }
}
