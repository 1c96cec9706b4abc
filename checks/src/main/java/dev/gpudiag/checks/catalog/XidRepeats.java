package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.checks.kernellog.Closings;
import dev.gpudiag.checks.kernellog.Episode;
import dev.gpudiag.checks.kernellog.KernelEvent.Kind;
import dev.gpudiag.telemetry.GpuSample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What one error does not tell and its repetition does: a fault of the hardware. */
final class XidRepeats {

    private static final Set<Integer> PROGRAM_FAULTS = Set.of(13, 31);
    private static final int PROCESSES = 3;
    private static final int BOOTS = 3;
    private static final Duration WINDOW = Duration.ofHours(24);

    private final Evidence evidence;
    private final Closings closings;

    XidRepeats(Evidence evidence, Closings closings) {
        this.evidence = evidence;
        this.closings = closings;
    }

    List<Finding> findings(List<Episode> episodes) {
        List<Finding> findings = new ArrayList<>();
        for (Episode episode : episodes) {
            suspected(episode, episodes).ifPresent(findings::add);
            returning(episode).ifPresent(findings::add);
        }
        return findings;
    }

    /** The same program fault of unlike processes on one GPU, while the others have none. */
    private Optional<Finding> suspected(Episode episode, List<Episode> all) {
        Instant from = evidence.sample().takenAt().minus(WINDOW);
        Optional<GpuSample> gpu = closings.gpu(episode);
        boolean counts = episode.key().kind() == Kind.XID
                && PROGRAM_FAULTS.contains(episode.key().code().orElseThrow())
                && episode.processesSince(from).size() >= PROCESSES;
        if (!counts || gpu.isEmpty() || evidence.sample().gpus().size() < 2 || othersHaveIt(episode, all, from)) {
            return Optional.empty();
        }
        int xid = episode.key().code().orElseThrow();
        int processes = episode.processesSince(from).size();
        return Optional.of(Finding.builder(
                        Status.WARNING,
                        Subject.gpu(gpu.get().identity()),
                        "Xid " + xid + " of " + processes + " processes within 24 h, and of none on the other GPUs")
                .rule("xid.repeated")
                .limit("fewer than " + PROCESSES + " processes, or other GPUs as well")
                .measured("processes", processes, "count")
                .why("A program's own fault would follow the program: here it stays with the GPU.")
                .action("drain this GPU and run the field diagnostic: dcgmi diag -r 3 -i "
                        + gpu.get().identity().index())
                .action("run one of these programs on another GPU: if it fails there as well, it is the program")
                .proof(episode.last().source(), episode.last().line())
                .build());
    }

    private static boolean othersHaveIt(Episode episode, List<Episode> all, Instant from) {
        return all.stream()
                .filter(other -> !other.key().pciBusId().equals(episode.key().pciBusId()))
                .filter(other -> other.key().code().equals(episode.key().code())
                        && other.key().kind() == Kind.XID)
                .anyMatch(other ->
                        other.last().at().filter(at -> !at.isBefore(from)).isPresent());
    }

    /** A critical Xid that was there before two reboots and is here again. */
    private Optional<Finding> returning(Episode episode) {
        boolean here = episode.key().kind() == Kind.XID
                && episode.severity() == Status.CRITICAL
                && episode.boots().size() >= BOOTS
                && closings.isOfThisBoot(episode.last());
        if (!here) {
            return Optional.empty();
        }
        Subject subject =
                closings.gpu(episode).map(gpu -> Subject.gpu(gpu.identity())).orElse(Subject.node());
        int xid = episode.key().code().orElseThrow();
        return Optional.of(Finding.builder(
                        Status.CRITICAL,
                        subject,
                        "Xid " + xid + " in " + episode.boots().size() + " boots: it comes again after each reboot")
                .rule("xid.after_reboots")
                .limit("not again after " + (BOOTS - 1) + " reboots")
                .measured("boots", episode.boots().size(), "count")
                .why("What two reboots did not cure is not a state of the driver.")
                .action("drain the node and have the hardware looked at: slot, power, riser, then the GPU (RMA)")
                .action("keep what the vendor asks for: nvidia-bug-report.sh")
                .proof(
                        episode.events().getFirst().source(),
                        episode.events().getFirst().line())
                .proof(episode.last().source(), episode.last().line())
                .build());
    }
}
