package dev.gpudiag.checks.kernellog;

import dev.gpudiag.checks.DataTable;
import dev.gpudiag.checks.Status;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What each Xid means; read from {@code xid.csv}, which names the source of each row. Thread-safe. */
public final class XidCatalogue {

    private final SortedMap<Integer, Entry> entries;

    /** Who is usually at fault. */
    public enum Origin {
        APPLICATION,
        DRIVER,
        HARDWARE,
        INFORMATION,
        /** A number that NVIDIA has reserved. */
        UNUSED
    }

    /**
     * One Xid.
     *
     * @param mnemonic NVIDIA's name
     * @param meaning in a few words; empty for a reserved number
     * @param severity of the bare code; empty where the message decides
     * @param action what to do first
     * @param source where this row comes from
     */
    public record Entry(
            int xid,
            String mnemonic,
            String meaning,
            Origin origin,
            Optional<Status> severity,
            String action,
            String source) {}

    private XidCatalogue(SortedMap<Integer, Entry> entries) {
        this.entries = entries;
    }

    /** The catalogue that ships with gpudiag. */
    public static XidCatalogue shipped() {
        SortedMap<Integer, Entry> entries = new TreeMap<>();
        DataTable.of(XidCatalogue.class, "xid.csv").rows().stream()
                .map(XidCatalogue::entry)
                .forEach(entry -> entries.put(entry.xid(), entry));
        return new XidCatalogue(entries);
    }

    private static Entry entry(List<String> cells) {
        return new Entry(
                Integer.parseInt(cells.get(0)),
                cells.get(1),
                cells.get(2),
                Origin.valueOf(cells.get(3).toUpperCase(Locale.ROOT)),
                cells.get(4).equals("BY_MESSAGE") ? Optional.empty() : Optional.of(Status.valueOf(cells.get(4))),
                cells.get(5),
                cells.get(6));
    }

    public Optional<Entry> find(int xid) {
        return Optional.ofNullable(entries.get(xid));
    }

    /** All, by number. */
    public Collection<Entry> entries() {
        return entries.values();
    }
}
