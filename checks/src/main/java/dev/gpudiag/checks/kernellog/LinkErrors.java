package dev.gpudiag.checks.kernellog;

import dev.gpudiag.checks.DataTable;
import dev.gpudiag.checks.Status;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the registers of an NVLink 5 error (Xid 144 to 150) mean; read from {@code nvlink5.csv}. Thread-safe.
 *
 * <p>The unit's number lies in other bits from R575 on; the name of the unit in the line says which layout is right. An
 * error that the table does not have is judged by the driver's word, Fatal or Nonfatal.
 */
final class LinkErrors {

    static final int FIRST = 144;
    static final int LAST = 150;

    private static final Pattern ERROR =
            Pattern.compile("^([A-Z][A-Z0-9_/]{1,60}) {1,20}(Fatal|Nonfatal) {1,20}.{0,40}?"
                    + "(?:\\(0x([0-9a-fA-F]{8}) 0x([0-9a-fA-F]{8}) .*)?$");
    private static final int R570_UNIT = 0x3ff;
    private static final int R575_UNIT = 0x7f;
    private static final int REASON_SHIFT = 20;
    private static final int REASON = 0x3f;

    private final List<Row> rows;

    private record Row(
            int xid,
            String unit,
            int idR570,
            int idR575,
            int reason,
            int errorStatus,
            boolean fatal,
            String action,
            String look) {

        boolean fits(int otherXid, String otherUnit, int info, int status) {
            boolean named = Arrays.stream(otherUnit.split("/", -1))
                    .anyMatch(name -> List.of(unit.split("/", -1)).contains(name));
            boolean numbered = (info & R570_UNIT) == idR570 || (info & R575_UNIT) == idR575;
            return xid == otherXid
                    && named
                    && numbered
                    && reason == (info >>> REASON_SHIFT & REASON)
                    && errorStatus == status;
        }
    }

    private LinkErrors(List<Row> rows) {
        this.rows = List.copyOf(rows);
    }

    static LinkErrors shipped() {
        return new LinkErrors(DataTable.of(LinkErrors.class, "nvlink5.csv").rows().stream()
                .map(cells -> new Row(
                        Integer.parseInt(cells.get(0)),
                        cells.get(1),
                        hex(cells.get(2)),
                        hex(cells.get(3)),
                        hex(cells.get(4)),
                        hex(cells.get(5)),
                        cells.get(6).equals("yes"),
                        cells.get(7),
                        cells.get(8)))
                .toList());
    }

    private static int hex(String text) {
        return Integer.parseUnsignedInt(text.substring(2), 16);
    }

    XidMessage judge(int xid, String message) {
        Matcher matcher = ERROR.matcher(message);
        if (!matcher.matches()) {
            return new XidMessage(
                    Status.UNKNOWN, "this NVLink error does not say whether it is fatal: look at the nvlink check");
        }
        boolean fatalByWord = matcher.group(2).equals("Fatal");
        Optional<Row> row = matcher.group(3) == null
                ? Optional.empty()
                : find(xid, matcher.group(1), word(matcher.group(3)), word(matcher.group(4)));
        Status severity = fatalByWord || row.filter(Row::fatal).isPresent() ? Status.CRITICAL : Status.WARNING;
        return new XidMessage(severity, row.map(LinkErrors::action).orElse(byWord(fatalByWord)));
    }

    private static int word(String hex) {
        return Integer.parseUnsignedInt(hex, 16);
    }

    private Optional<Row> find(int xid, String unit, int info, int status) {
        return rows.stream().filter(row -> row.fits(xid, unit, info, status)).findFirst();
    }

    private static String byWord(boolean fatal) {
        return fatal
                ? "drain and reset the GPU; if it comes again, check link, switch and peer"
                : "watch the link's error counters; restart a workload that failed";
    }

    private static String action(Row row) {
        String first = switch (row.action()) {
            case "RESET_GPU" -> "drain and reset the GPU";
            case "XID_154" -> "do what the Xid 154 beside it names";
            default -> "nothing now";
        };
        String then = switch (row.look()) {
            case "VENDOR" -> "; if it comes again, contact the vendor";
            case "LINK" -> "; look at the signal of the link";
            case "CABLES" -> "; look at the signal of the link and its cables";
            case "PEER" -> "; the other end of the link took it down: look there";
            case "USER" -> "; somebody took the link down: look at who administers it";
            case "HOST" -> "; the host took the link down: look at it";
            case "ALONE" -> "; follow the other Xids, and report it where it comes alone";
            case "DAILY" -> "; report it if it comes more than once a day";
            default -> "";
        };
        return first + then;
    }
}
