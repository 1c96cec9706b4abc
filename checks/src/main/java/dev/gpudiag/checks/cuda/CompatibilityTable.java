package dev.gpudiag.checks.cuda;

import dev.gpudiag.checks.DataTable;
import dev.gpudiag.telemetry.Version;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Toolkits and driver branches, from {@code toolkits.csv} and {@code branches.csv}; immutable.
 *
 * @param date when the tables were made; what came later is not in them
 * @param toolkits oldest first
 * @param branches newest CUDA that each driver branch runs, by branch
 */
public record CompatibilityTable(String date, List<Toolkit> toolkits, SortedMap<Integer, Version> branches) {

    private static final int LEAST_BUILD = 10;

    public CompatibilityTable {
        toolkits =
                toolkits.stream().sorted(Comparator.comparing(Toolkit::version)).toList();
    }

    /** The tables that ship with gpudiag. */
    public static CompatibilityTable shipped() {
        DataTable toolkits = DataTable.of(CompatibilityTable.class, "toolkits.csv");
        SortedMap<Integer, Version> branches = new TreeMap<>();
        DataTable.of(CompatibilityTable.class, "branches.csv")
                .rows()
                .forEach(row -> branches.put(Integer.valueOf(row.get(0)), version(row.get(1))));
        return new CompatibilityTable(
                toolkits.comments().getFirst(),
                toolkits.rows().stream().map(CompatibilityTable::toolkit).toList(),
                branches);
    }

    private static Toolkit toolkit(List<String> row) {
        return new Toolkit(
                version(row.get(0)),
                version(row.get(1)),
                version(row.get(2)),
                version(row.get(3)),
                version(row.get(4)),
                Stream.of(row.get(5).split(";", -1))
                        .filter(base -> !base.isEmpty())
                        .map(Integer::valueOf)
                        .toList(),
                row.get(6));
    }

    private static Version version(String text) {
        return Version.parse(text).orElseThrow(() -> new IllegalStateException("no version: " + text));
    }

    /**
     * The first release of {@code version}'s minor version, or the release itself where an update is given that is
     * known.
     */
    public Optional<Toolkit> toolkit(Version version) {
        List<Toolkit> releases = toolkits.stream()
                .filter(toolkit -> toolkit.minorVersion().equals(Version.of(version.major(), version.minor())))
                .toList();
        return releases.stream()
                .filter(toolkit -> version.size() > 2 && toolkit.version().compareTo(version) == 0)
                .findFirst()
                .or(() -> releases.stream().findFirst());
    }

    /** One release of each minor version with this major, oldest first. */
    public List<Toolkit> minors(int major) {
        return toolkits.stream()
                .filter(toolkit -> toolkit.version().major() == major)
                .filter(toolkit -> toolkit(toolkit.minorVersion()).orElseThrow().equals(toolkit))
                .toList();
    }

    public Toolkit newest() {
        return toolkits.getLast();
    }

    /**
     * Whether a version is newer than everything in the table; of 13.4.127 only 13.4 counts, since a third number above 9
     * is that of a build.
     */
    public boolean isNewer(Version version) {
        boolean build = version.number(2) >= LEAST_BUILD;
        Version compared = build ? Version.of(version.major(), version.minor()) : version;
        return compared.compareTo(newest().version()) > 0;
    }

    /** The oldest driver of a branch that the table names; the branch's number with nothing behind it where it names none. */
    public Version oldestOf(int branch) {
        return toolkits.stream()
                .flatMap(toolkit -> Stream.of(toolkit.driver(), toolkit.floor()))
                .filter(driver -> driver.major() == branch)
                .min(Comparator.naturalOrder())
                .orElse(Version.of(branch, 0));
    }

    /** The newest CUDA that a driver runs by itself; empty for a branch that is not in the table. */
    public Optional<Version> driverCuda(Version driver) {
        return Optional.ofNullable(branches.get(driver.major()));
    }
}
