package dev.gpudiag.checks.explain;

import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.kernellog.SwitchErrors;
import dev.gpudiag.checks.kernellog.SwitchErrors.Entry;
import dev.gpudiag.checks.kernellog.SwitchErrors.Reach;
import java.util.List;
import java.util.Optional;

/** Every SXid of the table of NVSwitch errors. */
final class SxidExplanations {

    private static final String WORD = "the word in the line (Fatal, Non-fatal) beats this table: gpudiag xid";

    private SxidExplanations() {}

    static List<Explanation> all() {
        return SwitchErrors.shipped().entries().stream()
                .map(SxidExplanations::explanation)
                .toList();
    }

    private static Explanation explanation(Entry entry) {
        return new Explanation(
                TopicKind.SXID,
                String.valueOf(entry.sxid()),
                List.of(),
                Optional.of(severity(entry.reach())),
                entry.meaning(),
                usually(entry.reach()),
                List.of(entry.action()),
                List.of(WORD),
                escalation(entry.reach()),
                entry.source());
    }

    private static Status severity(Reach reach) {
        return switch (reach) {
            case CORRECTED, IGNORED -> Status.INFO;
            case LINK, HOST, THERMAL -> Status.WARNING;
            case STALLS_GPU, FATAL_PORT, FATAL_FABRIC -> Status.CRITICAL;
        };
    }

    private static String usually(Reach reach) {
        return switch (reach) {
            case CORRECTED, IGNORED -> "a single error that was put right";
            case LINK -> "a link that was shut down or trained anew; a cable, connector or GPU if it repeats";
            case HOST -> "the switch's connection to its host";
            case THERMAL -> "cooling of the switches";
            case STALLS_GPU -> "a GPU or program that addressed what it may not, or a partition that is not set up";
            case FATAL_PORT -> "the link, the GPU on it, or this port of the switch";
            case FATAL_FABRIC -> "the switch itself";
        };
    }

    private static Escalation escalation(Reach reach) {
        return switch (reach) {
            case CORRECTED, IGNORED -> Escalation.NONE;
            case LINK, HOST, STALLS_GPU, FATAL_PORT -> Escalation.RESET;
            case THERMAL, FATAL_FABRIC -> Escalation.VENDOR;
        };
    }
}
