package dev.gpudiag.checks.kernellog;

import dev.gpudiag.checks.DataTable;
import dev.gpudiag.checks.Status;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What each error of an NVSwitch (SXid) means; read from {@code sxid.csv}, which names the source of each row.
 *
 * <p>The word in the line (Fatal, Non-fatal) decides how bad it is; what is fatal to the whole fabric is so whatever the
 * word. Thread-safe.
 */
public final class SwitchErrors {

    private final SortedMap<Integer, Entry> entries;

    /** How far an error reaches. */
    public enum Reach {
        /** The switch has corrected it. */
        CORRECTED,
        IGNORED,
        /** A link or its connection. */
        LINK,
        /** The switch's own host interface; worse may follow. */
        HOST,
        THERMAL,
        /** Traffic of the GPU on this port stops, and its programs end with Xid 45. */
        STALLS_GPU,
        /** The port, with the GPU or the partition on it. */
        FATAL_PORT,
        /** Every GPU on the fabric. */
        FATAL_FABRIC
    }

    /**
     * One SXid.
     *
     * @param meaning in a few words
     * @param source where this row comes from
     */
    public record Entry(int sxid, String meaning, Reach reach, String source) {

        /** What to do first. */
        public String action() {
            return switch (reach) {
                case CORRECTED -> "nothing now: the switch has corrected it; watch its rate";
                case IGNORED -> "nothing";
                case LINK -> "look at the link's counters, and at cable and connector if it was not a shutdown";
                case HOST -> "watch for a fatal error of this switch";
                case THERMAL -> "look at the cooling of the switches: links may run slower";
                case STALLS_GPU ->
                    "drain the GPUs on this link and reset them; look at the fabric manager's partitions";
                case FATAL_PORT ->
                    "drain the GPUs on this link, reset them and the switch; if it comes again, contact the vendor";
                case FATAL_FABRIC -> "the fabric of every GPU is hit: drain and reboot the host";
            };
        }

        private Status severity() {
            return switch (reach) {
                case CORRECTED, IGNORED -> Status.INFO;
                case LINK, HOST, THERMAL -> Status.WARNING;
                case STALLS_GPU, FATAL_PORT, FATAL_FABRIC -> Status.CRITICAL;
            };
        }
    }

    private SwitchErrors(SortedMap<Integer, Entry> entries) {
        this.entries = entries;
    }

    /** The table that ships with gpudiag. */
    public static SwitchErrors shipped() {
        SortedMap<Integer, Entry> entries = new TreeMap<>();
        DataTable.of(SwitchErrors.class, "sxid.csv").rows().forEach(cells -> {
            int sxid = Integer.parseInt(cells.get(0));
            entries.put(sxid, new Entry(sxid, cells.get(1), Reach.valueOf(cells.get(2)), cells.get(3)));
        });
        return new SwitchErrors(entries);
    }

    public Optional<Entry> find(int sxid) {
        return Optional.ofNullable(entries.get(sxid));
    }

    /** All, by number. */
    public Collection<Entry> entries() {
        return entries.values();
    }

    XidMessage judge(int sxid, String message) {
        Optional<Entry> entry = find(sxid);
        if (isDetail(message)) {
            return new XidMessage(Status.INFO, "a detail of the switch error beside it");
        }
        if (entry.filter(known -> known.reach() == Reach.FATAL_FABRIC).isPresent()) {
            return new XidMessage(Status.CRITICAL, entry.get().action());
        }
        if (message.startsWith("Fatal")) {
            boolean known =
                    entry.filter(found -> found.severity() == Status.CRITICAL).isPresent();
            return new XidMessage(
                    Status.CRITICAL,
                    known
                            ? entry.get().action()
                            : "drain the GPUs on this link, reset them and the switch; if it comes again, contact the vendor");
        }
        if (message.startsWith("Non-fatal")) {
            Status status = entry.map(Entry::severity)
                    .filter(severity -> severity == Status.INFO)
                    .orElse(Status.WARNING);
            return new XidMessage(
                    status,
                    entry.map(Entry::action)
                            .orElse("watch it: it need not stop a workload; if it repeats, contact the vendor"));
        }
        return entry.map(known -> new XidMessage(known.severity(), known.action()))
                .orElse(new XidMessage(
                        Status.UNKNOWN,
                        "the line does not say how bad it is: look the SXid up, and contact the vendor"));
    }

    /** Whether a line carries registers of the error in the line before it, and is no error of its own. */
    static boolean isDetail(String message) {
        return message.startsWith("Severity ") || message.startsWith("Data {");
    }
}
