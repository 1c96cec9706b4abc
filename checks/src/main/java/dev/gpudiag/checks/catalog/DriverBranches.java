package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.DataTable;
import dev.gpudiag.checks.cuda.DriverSupport;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** When NVIDIA's driver branches end, from {@code driver-branches.csv}; a branch that it does not have is not judged. */
final class DriverBranches {

    private static final DataTable TABLE = DataTable.of(DriverBranches.class, "driver-branches.csv");

    private DriverBranches() {}

    /** The date of the table. */
    static String date() {
        return TABLE.comments().getFirst();
    }

    /** That the branch of this driver has ended, in words; empty while it has not, or is not in the table. */
    static Optional<String> ended(String version, Instant now) {
        OptionalInt branch = DriverSupport.branch(version);
        return TABLE.rows().stream()
                .filter(row -> branch.isPresent() && row.getFirst().equals(String.valueOf(branch.getAsInt())))
                .findFirst()
                .flatMap(row -> ended(row, now));
    }

    private static Optional<String> ended(List<String> row, Instant now) {
        YearMonth month = YearMonth.from(now.atOffset(ZoneOffset.UTC));
        String end = row.get(1);
        YearMonth last = end.isEmpty() ? YearMonth.parse(date().substring(0, 7)).minusMonths(1) : YearMonth.parse(end);
        return month.isAfter(last)
                ? Optional.of("branch R" + row.getFirst() + (end.isEmpty() ? " has ended" : " ended in " + end))
                : Optional.empty();
    }
}
