package dev.gpudiag.checks.memory.torch;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What {@code torch.cuda.memory_stats()} gives for one device; F3 and the largest free block are not in it.
 *
 * @param device the device, where the file tells
 * @param values figures by their flat names, such as {@code allocated_bytes.all.current}
 */
public record AllocatorStatistics(OptionalLong device, Map<String, Long> values) {

    public AllocatorStatistics {
        requireNonNull(device, "device is null");
        values = Map.copyOf(values);
    }

    /** What the figures tell, and why, one sentence each. */
    public record Judgement(Status status, List<String> reasons) {

        public Judgement {
            requireNonNull(status, "status is null");
            reasons = List.copyOf(reasons);
        }
    }

    /** A figure in bytes as it is now; {@code pool} is {@code all}, {@code large_pool} or {@code small_pool}. */
    public OptionalLong bytes(String name, String pool) {
        return value(name + "_bytes." + pool + ".current");
    }

    /** A figure by its flat name. */
    public OptionalLong value(String name) {
        Long value = values.get(name);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    /** F1 = inactive_split / reserved; empty where either is not there or nothing is reserved. */
    public OptionalDouble stuckRatio() {
        return ratio(bytes("inactive_split", "all"), bytes("reserved", "all"));
    }

    /** F2 = inactive_split / (reserved - active). */
    public OptionalDouble stuckPartOfFree() {
        return ratio(bytes("inactive_split", "all"), inactive("all"));
    }

    /** Reserved and not in use. */
    public OptionalLong inactive(String pool) {
        OptionalLong reserved = bytes("reserved", pool);
        OptionalLong active = bytes("active", pool);
        return reserved.isPresent() && active.isPresent() && reserved.getAsLong() >= active.getAsLong()
                ? OptionalLong.of(reserved.getAsLong() - active.getAsLong())
                : OptionalLong.empty();
    }

    /** (allocated - requested) / allocated: what rounding takes. */
    public OptionalDouble roundingRatio() {
        OptionalLong allocated = bytes("allocated", "all");
        OptionalLong requested = bytes("requested", "all");
        return allocated.isPresent() && requested.isPresent() && allocated.getAsLong() >= requested.getAsLong()
                ? ratio(OptionalLong.of(allocated.getAsLong() - requested.getAsLong()), allocated)
                : OptionalDouble.empty();
    }

    private static OptionalDouble ratio(OptionalLong part, OptionalLong whole) {
        return part.isPresent() && whole.isPresent() && whole.getAsLong() > 0
                ? OptionalDouble.of((double) part.getAsLong() / whole.getAsLong())
                : OptionalDouble.empty();
    }

    /** The verdict by the rules of {@link SnapshotAnalysis}; counters reach back to the start of the process. */
    public Judgement judge() {
        List<String> reasons = new ArrayList<>();
        if (values.entrySet().stream()
                .filter(entry -> entry.getKey().contains("_bytes."))
                .allMatch(entry -> entry.getValue() == 0)) {
            reasons.add(
                    "every amount is zero: either nothing was allocated yet, or the backend is cudaMallocAsync, which "
                            + "keeps no statistics; nothing was measured");
            return new Judgement(Status.UNKNOWN, reasons);
        }
        OptionalLong stuck = bytes("inactive_split", "all");
        if (bytes("reserved", "all").equals(OptionalLong.of(0))) {
            reasons.add("nothing is reserved now: there is nothing to be fragmented");
            return new Judgement(Status.OK, reasons);
        }
        if (stuck.isEmpty() || stuckRatio().isEmpty()) {
            reasons.add("inactive_split_bytes or reserved_bytes is not in the file: fragmentation is not known");
            return new Judgement(Status.UNKNOWN, reasons);
        }
        double ratio = stuckRatio().getAsDouble();
        String figures = Amounts.bytes(stuck.getAsLong()) + " of "
                + Amounts.bytes(bytes("reserved", "all").orElse(0))
                + " reserved is free and stuck between blocks in use (F1 " + Amounts.percent(ratio) + ")";
        boolean much = stuck.getAsLong() >= SnapshotAnalysis.STUCK_BYTES && ratio >= SnapshotAnalysis.STUCK_RATIO;
        long ooms = value("num_ooms").orElse(0);
        long retries = value("num_alloc_retries").orElse(0);
        reasons.add(figures);
        if (ooms > 0) {
            reasons.add(Amounts.plural(ooms, "allocation") + " failed since the start of the process");
        }
        if (retries > 0) {
            reasons.add(Amounts.plural(retries, "allocation")
                    + " succeeded only after the cache was emptied, since the start of the process");
        }
        Status status = much ? (ooms > 0 ? Status.CRITICAL : Status.WARNING) : Status.OK;
        return new Judgement(status == Status.OK && ooms + retries > 0 ? Status.INFO : status, reasons);
    }
}
