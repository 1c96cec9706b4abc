package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_RESERVED;
import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_TOTAL;
import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_USED;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.CheckSpec.Precondition;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.GpuCheck;
import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.ProcessMemory;
import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * Framebuffer in use that no listed process owns, and processes that own some and can no longer be ended.
 *
 * <p>Driver-level accounting: total is reserved, used and free; used less what processes hold is what nobody admits to.
 */
final class MemoryUnaccountedCheck implements GpuCheck {

    static final Setting<Double> LIMIT = Setting.number(
            "memory-unaccounted.limit", 512, 64, 1_048_576, "MiB", "memory without an owner that is worth a warning");
    static final Setting<Double> RATIO = Setting.number(
            "memory-unaccounted.ratio",
            0.02,
            0,
            1,
            "ratio",
            "the same as a part of the framebuffer; the larger counts");
    static final Setting<Duration> WINDOW = Setting.duration(
            "memory-unaccounted.window",
            Duration.ofMinutes(5),
            Duration.ofMinutes(1),
            Duration.ofHours(1),
            "how long it must last");

    private static final double MIB = 1024.0 * 1024;

    /** What persistence mode, ECC and a display take on a GPU that nobody uses. */
    private static final double IDLE_AT_MOST = 600 * MIB;

    /** A history that is cut at the window's own length never reaches back the last fraction of it. */
    private static final double NEARLY_FULL = 0.97;

    private static final CheckSpec SPEC = new CheckSpec(
                    "memory-unaccounted",
                    "used framebuffer that no process owns, and dead or stuck owners",
                    EnumSet.of(Precondition.USABLE_DRIVER, Precondition.GPU),
                    List.of(LIMIT, RATIO, WINDOW),
                    List.of(
                            new Rule(
                                    "mem.unaccounted",
                                    "nvmlDeviceGetMemoryInfo_v2, nvmlDeviceGet*RunningProcesses",
                                    "used - sum of processes - what an idle GPU shows > max(512 MiB, 2 %) for 5 min",
                                    Status.WARNING,
                                    "find who has /dev/nvidiaN open and is not listed; else reset the GPU",
                                    "gpudiag"),
                            StuckHolders.RULE))
            .needing(Need.PROCESSES);

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(GpuSample gpu, Evidence evidence) {
        List<Finding> findings = new ArrayList<>();
        findings.add(UnaccountedObstacle.of(gpu, evidence.sample()).orElseGet(() -> judge(gpu, evidence)));
        findings.addAll(StuckHolders.of(gpu, evidence));
        return findings;
    }

    private static Finding judge(GpuSample gpu, Evidence evidence) {
        Subject subject = Subject.gpu(gpu.identity());
        double unaccounted = ProcessMemory.unaccounted(gpu).orElseThrow();
        double limit = limit(gpu, evidence);
        Optional<Duration> lasted = lasted(gpu, limit, evidence);
        boolean over = unaccounted > limit;
        boolean persistent = over
                && lasted.filter(time -> time.toMillis()
                                >= NEARLY_FULL * evidence.setting(WINDOW).toMillis())
                        .isPresent();
        String seen = Amounts.bytes(unaccounted) + " of used memory belong to no listed process";
        if (persistent) {
            seen += ", for " + Amounts.duration(lasted.orElseThrow());
        } else if (over) {
            seen += lasted.filter(time -> !time.isZero()).isPresent()
                    ? ", not for " + Setting.format(evidence.setting(WINDOW)) + " yet"
                    : "; whether that lasts cannot be known without history";
        }
        Status status = persistent ? Status.WARNING : over ? Status.INFO : Status.OK;
        Finding.Builder finding = Finding.builder(status, subject, seen)
                .limit(Amounts.bytes(limit) + " for " + Setting.format(evidence.setting(WINDOW)))
                .measured("memory_unaccounted_bytes", unaccounted, "bytes")
                .proof(MEMORY_USED, gpu.get(MEMORY_USED))
                .proof(MEMORY_RESERVED, gpu.get(MEMORY_RESERVED))
                .proof(
                        gpu.processes().source(),
                        "sum of processes = " + ProcessMemory.total(gpu).orElseThrow());
        if (over) {
            finding.rule("mem.unaccounted").why("Nobody can use it, and no process that ends will give it back.");
            UnlistedHolders.blame(finding, gpu, evidence);
        }
        return finding.build();
    }

    private static double limit(GpuSample gpu, Evidence evidence) {
        double total = gpu.value(MEMORY_TOTAL).orElse(0L).doubleValue();
        return Math.max(evidence.setting(LIMIT) * MIB, evidence.setting(RATIO) * total) + idle(gpu, evidence);
    }

    /** The least that was seen while no process was listed, within what an idle GPU may well show. */
    private static double idle(GpuSample gpu, Evidence evidence) {
        List<Sample> counts = evidence.history().processCounts(gpu.identity(), Instant.MIN);
        List<Instant> idle = counts.stream()
                .filter(count -> count.value() == 0)
                .map(Sample::at)
                .toList();
        return evidence.history().unaccountedMemory(gpu.identity(), Instant.MIN).stream()
                .filter(sample -> idle.contains(sample.at()))
                .mapToDouble(Sample::value)
                .min()
                .stream()
                .map(least -> Math.min(least, IDLE_AT_MOST))
                .findFirst()
                .orElse(0);
    }

    /** How long it has been over the limit without a break; empty without history. */
    private static Optional<Duration> lasted(GpuSample gpu, double limit, Evidence evidence) {
        List<Sample> series = evidence.history().unaccountedMemory(gpu.identity(), Instant.MIN);
        Instant since = evidence.sample().takenAt();
        for (Sample sample : series.reversed()) {
            if (sample.value() <= limit) {
                break;
            }
            since = sample.at();
        }
        return series.isEmpty()
                ? Optional.empty()
                : Optional.of(Duration.between(since, evidence.sample().takenAt()));
    }
}
