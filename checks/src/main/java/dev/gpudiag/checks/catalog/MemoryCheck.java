package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_RESERVED;
import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_TOTAL;
import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_USED;

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
import dev.gpudiag.checks.memory.Growth;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * How full the framebuffer is, and whether it will be full soon.
 *
 * <p>A full GPU that stays as it is is INFO: serving engines reserve 75 to 95 % on purpose. One that grows towards the
 * end is WARNING, and so is a MIG device.
 */
final class MemoryCheck implements GpuCheck {

    static final Setting<Double> LIMIT =
            Setting.number("memory.limit", 0.90, 0.1, 1, "ratio", "used part of the framebuffer that is worth a word");
    static final Setting<Duration> WINDOW = Setting.duration(
            "memory.growth-window",
            Duration.ofMinutes(20),
            Duration.ofMinutes(2),
            Duration.ofHours(24),
            "how far back growth is looked for");
    static final Setting<Duration> HORIZON = Setting.duration(
            "memory.exhaustion-horizon",
            Duration.ofMinutes(30),
            Duration.ofMinutes(1),
            Duration.ofDays(7),
            "growth that fills the framebuffer within this time is a warning");

    /** Growth of an emptier GPU is left to a check of longer windows. */
    private static final double FREE_AT_MOST = 0.15;

    /** A peak this high was no plateau of the workload: whatever came down from it may have run out of memory. */
    private static final double FULL = 0.98;

    private static final CheckSpec SPEC = new CheckSpec(
            "memory",
            "used framebuffer, and whether it grows towards the end",
            EnumSet.of(Precondition.USABLE_DRIVER, Precondition.GPU),
            List.of(LIMIT, WINDOW, HORIZON),
            List.of(
                    new Rule(
                            "mem.pressure",
                            "nvmlDeviceGetMemoryInfo_v2 of GPU and MIG device, and its history",
                            "steady growth over 20 min that fills it within 30 min, with less than 15 % free;"
                                    + " INFO over 90 %",
                            Status.WARNING,
                            "let the job that grows write a checkpoint and restart it smaller",
                            "gpudiag"),
                    Bar1Pressure.RULE));

    /** Memory of a GPU or a MIG device, without what driver and firmware keep for themselves. */
    private record Framebuffer(double used, double usable) {
        double ratio() {
            return Math.min(1, used / usable);
        }

        double free() {
            return Math.max(0, usable - used);
        }
    }

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(GpuSample gpu, Evidence evidence) {
        List<Finding> findings = new ArrayList<>();
        findings.add(judge(
                Subject.gpu(gpu.identity()),
                gpu.readings(),
                evidence.history().series(gpu.identity(), MEMORY_USED, Instant.MIN),
                evidence));
        for (MigDevice device : gpu.migDevices().value().orElse(List.of())) {
            findings.add(judge(
                    Subject.mig(gpu.identity(), device),
                    device.readings(),
                    evidence.history().usedMemory(gpu.identity(), device, Instant.MIN),
                    evidence));
        }
        Bar1Pressure.of(gpu).ifPresent(findings::add);
        return findings;
    }

    private static Finding judge(Subject subject, Readings readings, List<Sample> series, Evidence evidence) {
        Optional<Finding> unread = unread(subject, readings);
        if (unread.isPresent()) {
            return unread.get();
        }
        Framebuffer memory = framebuffer(readings);
        Instant now = evidence.sample().takenAt();
        Optional<Growth> growth = Growth.of(series, now, evidence.setting(WINDOW));
        if (growth.filter(Growth::isSteady).isPresent() && !wasHereBefore(series, memory, now, evidence)) {
            return growing(subject, readings, memory, growth.get(), evidence);
        }
        String tendency = growth.isPresent()
                ? "does not grow steadily"
                : "growth not known without " + Setting.format(evidence.setting(WINDOW)) + " of history";
        return level(subject, readings, memory, tendency, evidence);
    }

    private static Optional<Finding> unread(Subject subject, Readings readings) {
        for (Quantity<Long> quantity : List.of(MEMORY_TOTAL, MEMORY_USED)) {
            Reading<Long> reading = readings.get(quantity);
            if (!reading.isPresent()) {
                return Optional.of(Unread.finding(subject, "memory", quantity, reading));
            }
        }
        Framebuffer memory = framebuffer(readings);
        if (memory.usable() <= 0 || memory.used() < 0) {
            String seen = "memory: " + Amounts.bytes(memory.used()) + " used of " + Amounts.bytes(memory.usable())
                    + " makes no sense";
            return Optional.of(proven(Finding.builder(Status.UNKNOWN, subject, seen), readings)
                    .build());
        }
        return Optional.empty();
    }

    private static Framebuffer framebuffer(Readings readings) {
        double reserved = Math.max(0, readings.value(MEMORY_RESERVED).orElse(0L));
        return new Framebuffer(
                readings.value(MEMORY_USED).orElseThrow().doubleValue(),
                readings.value(MEMORY_TOTAL).orElseThrow().doubleValue() - reserved);
    }

    private static Finding growing(
            Subject subject, Readings readings, Framebuffer memory, Growth growth, Evidence evidence) {
        Duration window = evidence.setting(WINDOW);
        Duration horizon = evidence.setting(HORIZON);
        Optional<Duration> end = growth.exhaustion(memory.free());
        boolean nearlyFull = memory.free() / memory.usable() < FREE_AT_MOST;
        boolean soon = end.filter(left -> left.compareTo(horizon) < 0).isPresent();
        Status status = level(memory, evidence);
        String seen = used(memory) + ", grows by " + Amounts.bytes(growth.perSecond() * 3600) + "/h"
                + end.map(left -> ", full in " + Amounts.duration(left)).orElse("");
        Finding.Builder finding = Finding.builder(nearlyFull && soon ? Status.WARNING : status, subject, seen);
        measured(finding, memory);
        if (status != Status.OK || (nearlyFull && soon)) {
            finding.rule("mem.pressure");
        }
        finding.measured("memory_growth_bytes_per_second", growth.perSecond(), "bytes per second")
                .measured("memory_growth_low_bytes_per_second", growth.lowPerSecond(), "bytes per second")
                .measured("memory_growth_high_bytes_per_second", growth.highPerSecond(), "bytes per second");
        end.ifPresent(left -> finding.measured("memory_exhaustion_seconds", left.toMillis() / 1000.0, "seconds"));
        if (nearlyFull && soon) {
            finding.limit("full in less than " + Setting.format(horizon) + " with less than 15 % free")
                    .why("The next allocation that does not fit ends the program that asks for it (out of memory).")
                    .action("see who grows: nvidia-smi --query-compute-apps=pid,name,used_memory --format=csv")
                    .action("let that job write a checkpoint, then restart it with a smaller batch or cache")
                    .action("if it is a leak, it comes back: keep a memory snapshot of the framework");
        }
        finding.proof("history of memory_used_bytes", "steady growth over " + Setting.format(window));
        return proven(finding, readings).build();
    }

    private static Finding level(
            Subject subject, Readings readings, Framebuffer memory, String tendency, Evidence evidence) {
        Status status = level(memory, evidence);
        boolean high = status != Status.OK;
        Finding.Builder finding =
                Finding.builder(status, subject, high ? used(memory) + "; " + tendency : used(memory));
        finding.limit(Amounts.percent(evidence.setting(LIMIT)));
        if (high) {
            finding.rule("mem.pressure")
                    .why("Serving engines reserve most of the memory on purpose; a program that needs more gets none.");
        }
        return proven(measured(finding, memory), readings).build();
    }

    private static Status level(Framebuffer memory, Evidence evidence) {
        return memory.ratio() > evidence.setting(LIMIT) ? Status.INFO : Status.OK;
    }

    /** A level that was reached before the window, and came down by itself, is the workload's own cycle. */
    private static boolean wasHereBefore(List<Sample> series, Framebuffer memory, Instant now, Evidence evidence) {
        Instant from = now.minus(evidence.setting(WINDOW));
        double peak = series.stream()
                .filter(sample -> sample.at().isBefore(from))
                .mapToDouble(Sample::value)
                .max()
                .orElse(0);
        return peak >= memory.used() && peak < FULL * memory.usable();
    }

    private static String used(Framebuffer memory) {
        return Amounts.percent(memory.ratio()) + " used, " + Amounts.bytes(memory.used()) + " of "
                + Amounts.bytes(memory.usable());
    }

    private static Finding.Builder measured(Finding.Builder finding, Framebuffer memory) {
        return finding.measured("memory_used_bytes", memory.used(), "bytes")
                .measured("memory_usable_bytes", memory.usable(), "bytes")
                .measured("memory_used_ratio", memory.ratio(), "ratio");
    }

    private static Finding.Builder proven(Finding.Builder finding, Readings readings) {
        for (Quantity<Long> quantity : List.of(MEMORY_USED, MEMORY_TOTAL, MEMORY_RESERVED)) {
            if (readings.value(quantity).isPresent()) {
                finding.proof(quantity, readings.get(quantity));
            }
        }
        return finding;
    }
}
