package dev.gpudiag.checks.explain;

import dev.gpudiag.checks.DataTable;
import dev.gpudiag.checks.kernellog.XidCatalogue;
import dev.gpudiag.checks.kernellog.XidCatalogue.Entry;
import dev.gpudiag.checks.kernellog.XidCatalogue.Origin;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Every Xid of the catalogue; what it usually is from {@code xid-advice.csv}, or else from its class. */
final class XidExplanations {

    private static final String LOOK = "read the whole line and those around it: dmesg -T | grep -E 'NVRM|Xid'";

    private XidExplanations() {}

    static List<Explanation> all() {
        Map<Integer, List<String>> advice = DataTable.of(XidExplanations.class, "xid-advice.csv").rows().stream()
                .collect(Collectors.toMap(row -> Integer.valueOf(row.getFirst()), Function.identity()));
        return XidCatalogue.shipped().entries().stream()
                .map(entry -> explanation(entry, advice.getOrDefault(entry.xid(), List.of())))
                .toList();
    }

    private static Explanation explanation(Entry entry, List<String> advice) {
        boolean reserved = entry.origin() == Origin.UNUSED;
        return new Explanation(
                TopicKind.XID,
                String.valueOf(entry.xid()),
                Arrays.stream(entry.mnemonic().split(" / ")).map(String::strip).toList(),
                entry.severity(),
                entry.meaning().isEmpty() ? "reserved by NVIDIA; its meaning is not published" : entry.meaning(),
                advice.isEmpty() ? usually(entry.origin()) : advice.get(1),
                reserved ? List.of(LOOK) : List.of(entry.action(), LOOK),
                entry.severity().isEmpty()
                        ? List.of("how bad it is, the text of the line decides: gpudiag xid")
                        : List.of(),
                advice.isEmpty() ? escalation(entry) : Escalation.valueOf(advice.get(2)),
                entry.source());
    }

    private static String usually(Origin origin) {
        return switch (origin) {
            case APPLICATION -> "the program that the line names; hardware only if other programs fail there as well";
            case DRIVER -> "the driver or its firmware; a newer driver often cures it";
            case HARDWARE -> "the GPU, its slot or its links";
            case INFORMATION -> "no fault by itself: it tells of something else";
            case UNUSED -> "not seen in the field; a driver that is newer than this table may have given it a meaning";
        };
    }

    private static Escalation escalation(Entry entry) {
        return switch (entry.origin()) {
            case APPLICATION -> Escalation.RESTART;
            case DRIVER -> Escalation.RESET;
            case HARDWARE, UNUSED -> Escalation.VENDOR;
            case INFORMATION -> Escalation.NONE;
        };
    }
}
