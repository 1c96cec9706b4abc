package dev.gpudiag.checks.memory.oom;

import static dev.gpudiag.checks.memory.oom.OomFigure.CAPACITY;
import static dev.gpudiag.checks.memory.oom.OomFigure.FREE;
import static dev.gpudiag.checks.memory.oom.OomFigure.INACTIVE_SPLIT;
import static dev.gpudiag.checks.memory.oom.OomFigure.LARGEST_FREE;
import static dev.gpudiag.checks.memory.oom.OomFigure.PEAK_ALLOCATED;
import static dev.gpudiag.checks.memory.oom.OomFigure.REQUESTED;
import static dev.gpudiag.checks.memory.oom.OomFigure.RESERVED;
import static dev.gpudiag.checks.memory.oom.OomFigure.UNALLOCATED;

import dev.gpudiag.checks.Amounts;
import java.util.Optional;

/** How far memory that is reserved and not allocated explains a failure. */
final class CacheShare {

    private static final long GIB = 1L << 30;

    /** Free memory of the cache below this part of the GPU is not worth to be won back. */
    private static final double LITTLE = 0.02;

    private static final double QUARTER = 0.25;
    private static final double TENTH = 0.1;

    private final OomEvent event;

    /** How likely it is fragmentation, 0 to 1, and why. */
    record Share(double score, String because) {}

    CacheShare(OomEvent event) {
        this.event = event;
    }

    /** Empty where the figures do not tell, or nothing speaks for it. */
    Optional<Share> judge() {
        if (event.figure(UNALLOCATED).isEmpty() || event.figure(RESERVED).isEmpty()) {
            return Optional.empty();
        }
        return event.kind() == OomEvent.Kind.SUMMARY ? ofSummary() : ofRequest();
    }

    private Optional<Share> ofRequest() {
        long unallocated = event.figure(UNALLOCATED).getAsLong();
        long reserved = event.figure(RESERVED).getAsLong();
        long whole = event.figure(CAPACITY).orElse(reserved);
        long requested = event.figure(REQUESTED).orElse(Long.MAX_VALUE);
        long free = event.figure(FREE).orElse(0);
        String idle = Amounts.bytes(unallocated) + " is reserved and not allocated";
        if (requested <= unallocated) {
            String asked = idle + ", more than the " + Amounts.bytes(requested) + " asked for, and not in one piece"
                    + (event.figure(LARGEST_FREE).isPresent()
                            ? " (the largest is "
                                    + Amounts.bytes(event.figure(LARGEST_FREE).getAsLong()) + ")"
                            : "");
            return unallocated >= LITTLE * whole
                    ? Optional.of(new Share(0.9, asked))
                    : Optional.of(
                            new Share(0.35, asked + "; but it is only " + percent(unallocated, whole) + " of the GPU"));
        }
        if (requested > free && requested - free <= unallocated) {
            String together = idle + ", with the " + Amounts.bytes(free) + " of the driver enough for the request";
            return Optional.of(new Share(unallocated >= TENTH * reserved ? 0.6 : 0.25, together));
        }
        return requested > free && unallocated >= QUARTER * reserved && unallocated >= GIB
                ? Optional.of(new Share(
                        0.46,
                        idle + ", " + percent(unallocated, reserved)
                                + " of what is reserved; even in one piece it would not have been enough"))
                : Optional.empty();
    }

    private Optional<Share> ofSummary() {
        long reserved = event.figure(RESERVED).getAsLong();
        if (event.figure(INACTIVE_SPLIT).isPresent()) {
            long stuck = event.figure(INACTIVE_SPLIT).getAsLong();
            String because = Amounts.bytes(stuck) + " of " + Amounts.bytes(reserved) + " reserved is stuck between"
                    + " blocks in use (F1 " + percent(stuck, reserved) + ")";
            return Optional.of(new Share(stuck >= GIB && stuck >= QUARTER * reserved ? 0.9 : 0.2, because));
        }
        long peak = event.figure(PEAK_ALLOCATED).orElse(reserved);
        return reserved - peak >= GIB && reserved - peak >= QUARTER * reserved
                ? Optional.of(new Share(
                        0.8,
                        Amounts.bytes(reserved) + " is reserved, and never more than " + Amounts.bytes(peak)
                                + " of it was allocated (the row of non-releasable memory is missing)"))
                : Optional.empty();
    }

    private static String percent(long part, long whole) {
        return Amounts.percent(whole == 0 ? 0 : (double) part / whole);
    }
}
