package dev.gpudiag.agent.report;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.memory.torch.AllocatorStatistics;
import dev.gpudiag.checks.memory.torch.Device;
import dev.gpudiag.checks.memory.torch.FailedAllocation;
import dev.gpudiag.checks.memory.torch.Pool;
import dev.gpudiag.checks.memory.torch.SnapshotAnalysis;
import dev.gpudiag.checks.memory.torch.Use;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The allocator of PyTorch as a screen of text, at most 100 columns. */
public final class TorchText {

    private static final int WIDTH = 100;
    private static final int MOST_POOLS = 20;
    private static final int MOST_FAILURES = 10;
    private static final int MOST_PINS = 5;

    private TorchText() {}

    public static String of(SnapshotAnalysis analysis) {
        List<String> lines = new ArrayList<>();
        lines.add(verdict(analysis.status()));
        analysis.reasons().forEach(reason -> indented(lines, "  ", reason));
        for (Device device : analysis.devices()) {
            device(device, lines);
        }
        failures(analysis.failures(), lines);
        if (analysis.status() == Status.WARNING || analysis.status() == Status.CRITICAL) {
            advice(analysis.snapshot().configuration().orElse(""), lines);
        }
        lines.add("measured: every segment and block of PyTorch's own cache in this process"
                + (analysis.snapshot().traceEntries() == 0
                        ? "; no trace was recorded"
                        : ", "
                                + Amounts.plural(analysis.snapshot().traceEntries(), "trace entry")
                                        .replace("entrys", "entries")));
        lines.add(
                "not in a snapshot: memory outside PyTorch (context, NCCL, cuBLAS), other processes, what the driver has");
        lines.add("left now. NVML has no fragmentation figure at all.");
        analysis.snapshot().notes().forEach(note -> indented(lines, "note: ", note));
        return String.join("\n", lines) + "\n";
    }

    private static String verdict(Status status) {
        return switch (status) {
            case CRITICAL, WARNING -> status + ": fragmented";
            case INFO -> "INFO: fragmented, in segments that can shrink, or failed before";
            case UNKNOWN, SKIPPED -> status + ": not known";
            case OK -> "OK: not fragmented";
        };
    }

    private static void device(Device device, List<String> lines) {
        lines.add("");
        Use use = device.use();
        lines.add("device " + device.index() + ": " + Amounts.bytes(use.reserved()) + " reserved in "
                + Amounts.plural(use.segments(), "segment") + ", " + Amounts.bytes(use.allocated()) + " allocated, "
                + Amounts.bytes(use.active() - use.allocated()) + " waiting to be free");
        lines.add("  free in the cache " + Amounts.bytes(use.inactive()) + ": " + Amounts.bytes(use.releasable())
                + " can go back to the driver, " + Amounts.bytes(use.stuck()) + " is stuck beside blocks in use");
        lines.add(String.format(
                Locale.ROOT,
                "  F1 stuck/reserved %.3f   F2 stuck/free %.3f   F3 1-largest/free %.3f",
                use.stuckRatio(),
                use.stuckPartOfFree(),
                use.fragmentationRatio()));
        lines.add(String.format(
                Locale.ROOT,
                "  %-42s %9s %9s %9s %9s %9s %6s",
                "pool",
                "reserved",
                "allocated",
                "free",
                "stuck",
                "largest",
                "F3"));
        device.pools().stream().limit(MOST_POOLS).forEach(pool -> pool(pool, lines));
        if (device.pools().size() > MOST_POOLS) {
            lines.add("  and " + (device.pools().size() - MOST_POOLS) + " more pools (--json shows all)");
        }
        device.pools().stream()
                .max(Comparator.comparingLong(pool -> pool.use().largestInactive()))
                .ifPresent(pool -> indented(
                        lines,
                        "  ",
                        "largest request that still works: "
                                + Amounts.bytes(pool.use().largestInactive()) + " from the cache ("
                                + pool.key().describe() + "); a larger one needs that much of the driver, beside "
                                + Amounts.bytes(use.releasable()) + " that can go back to it first"));
        device.pools().stream().limit(MOST_POOLS).forEach(pool -> pins(pool, lines));
    }

    private static void pool(Pool pool, List<String> lines) {
        Use use = pool.use();
        lines.add(String.format(
                Locale.ROOT,
                "  %-42s %9s %9s %9s %9s %9s %6.3f",
                Printable.cut(pool.key().describe(), 42),
                SegmentRow.size(use.reserved()),
                SegmentRow.size(use.allocated()),
                SegmentRow.size(use.inactive()),
                SegmentRow.size(use.stuck()),
                SegmentRow.size(use.largestInactive()),
                use.fragmentationRatio()));
    }

    private static void pins(Pool pool, List<String> lines) {
        if (pool.pins().isEmpty()) {
            return;
        }
        lines.add("  who holds blocks between the free ones in the "
                + Printable.cut(pool.key().describe(), 42) + ":");
        for (Pool.Pin pin :
                pool.pins().subList(0, Math.min(MOST_PINS, pool.pins().size()))) {
            lines.add(Printable.cut(
                    String.format(
                            Locale.ROOT,
                            "    %9s in %s, beside %s stuck: %s",
                            SegmentRow.size(pin.bytes()),
                            Amounts.plural(pin.blocks(), "block"),
                            SegmentRow.size(pin.stuck()),
                            pin.origin()),
                    WIDTH));
        }
    }

    private static void failures(List<FailedAllocation> failures, List<String> lines) {
        if (!failures.isEmpty()) {
            lines.add("");
        }
        failures.stream().limit(MOST_FAILURES).forEach(failure -> {
            String free = failure.entry().deviceFree().isPresent()
                    ? Amounts.bytes(failure.entry().deviceFree().getAsLong()) + " left by the driver"
                    : "what the driver had left not recorded";
            indented(
                    lines,
                    "out of memory: ",
                    "device " + failure.entry().device() + " asked for "
                            + Amounts.bytes(failure.entry().requested()) + ", " + free + ", "
                            + Amounts.bytes(failure.free()) + " free in the cache, largest usable block "
                            + Amounts.bytes(failure.largest()) + ": " + inWords(failure.reason())
                            + (failure.entry().entriesAfter() == 0
                                    ? ""
                                    : " (the snapshot was taken "
                                            + failure.entry().entriesAfter() + " trace entries later)"));
        });
        if (failures.size() > MOST_FAILURES) {
            lines.add("and " + (failures.size() - MOST_FAILURES) + " more (--json shows all)");
        }
    }

    private static String inWords(FailedAllocation.Reason reason) {
        return switch (reason) {
            case FRAGMENTATION -> "fragmentation, the memory was there and not in one piece";
            case OTHER_POOL -> "a large enough block is free in a pool of another stream, graph or size";
            case FULL -> "not fragmentation, all free memory together was too little";
            case LIMIT -> "the driver had more left than was asked for; a limit lies elsewhere";
            case LATER -> "not known, a large enough block is free by now";
            case UNKNOWN -> "not known whether fragmentation explains it";
        };
    }

    private static void advice(String configuration, List<String> lines) {
        lines.add("");
        if (!configuration.contains("expandable_segments:True")) {
            indented(
                    lines,
                    "do: ",
                    "set PYTORCH_ALLOC_CONF=expandable_segments:True (PYTORCH_CUDA_ALLOC_CONF before PyTorch 2.9)");
        }
        indented(lines, "do: ", "make shapes recur: fixed batch and sequence lengths, or a few buckets");
        indented(
                lines,
                "do: ",
                "where segments cannot expand: max_split_size_mb below the size of the large tensors, and"
                        + " garbage_collection_threshold:0.8");
        indented(lines, "do: ", "allocate what stays (weights, caches, buffers) before what comes and goes");
    }

    /** The figures of {@code torch.cuda.memory_stats()}. */
    public static String ofStatistics(List<AllocatorStatistics> all) {
        List<String> lines = new ArrayList<>();
        for (AllocatorStatistics statistics : all) {
            AllocatorStatistics.Judgement judgement = statistics.judge();
            String device = statistics.device().isPresent()
                    ? "device " + statistics.device().getAsLong() + ": "
                    : "";
            lines.add(device + verdict(judgement.status()));
            judgement.reasons().forEach(reason -> indented(lines, "  ", reason));
            lines.add("  reserved " + bytes(statistics.bytes("reserved", "all")) + ", allocated "
                    + bytes(statistics.bytes("allocated", "all")) + ", active "
                    + bytes(statistics.bytes("active", "all")) + ", free in the cache "
                    + bytes(statistics.inactive("all")));
            lines.add("  F1 stuck/reserved " + ratio(statistics.stuckRatio()) + "   F2 stuck/free "
                    + ratio(statistics.stuckPartOfFree()) + "   lost to rounding " + ratio(statistics.roundingRatio()));
            if (judgement.status() == Status.WARNING || judgement.status() == Status.CRITICAL) {
                advice("", lines);
            }
        }
        lines.add("measured: sums of the allocator; F3 and the largest free block need a snapshot");
        lines.add("(torch.cuda.memory._dump_snapshot). Counters tell since when only beside an earlier file.");
        return String.join("\n", lines) + "\n";
    }

    private static String bytes(OptionalLong value) {
        return value.isPresent() ? Amounts.bytes(value.getAsLong()) : "not known";
    }

    private static String ratio(OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.3f", value.getAsDouble()) : "not known";
    }

    /** The text in lines of at most 100 columns, each after the first under the first's text. */
    private static void indented(List<String> lines, String prefix, String text) {
        String margin = prefix;
        for (String line : Printable.wrap(text, WIDTH - prefix.length())) {
            lines.add(margin + line);
            margin = " ".repeat(prefix.length());
        }
    }
}
