package dev.gpudiag.checks.kernellog;

import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.kernellog.KernelEvent.Kind;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a kernel log line by line, whatever stands before the driver's words: dmesg, {@code /dev/kmsg}, syslog, a journal.
 *
 * <p>Takes time in proportion to the line, of which it reads the first {@value #LINE_LIMIT} characters. Remembers the
 * last lines of a message that spans several. Not thread-safe.
 */
public final class KernelLogParser {

    /** Longer than any record of the kernel. */
    public static final int LINE_LIMIT = 8192;

    private static final Pattern XID = Pattern.compile(
            "NVRM: Xid \\(((?:PCI:)?[0-9a-fA-F:.]{5,24})(?: GPU-I:(\\d{1,3}))?(?: GPU-CI:(\\d{1,3}))?\\): (\\d{1,5})"
                    + "(?:, {0,4}(.*))?",
            Pattern.DOTALL);
    private static final Pattern SXID =
            Pattern.compile("SXid \\(((?:PCI:)?[0-9a-fA-F:.]{5,24})\\): (\\d{1,6})(?:, {0,4}(.*))?", Pattern.DOTALL);
    private static final Pattern PID = Pattern.compile("pid=(?:(\\d{1,10})|'<unknown>'|<unknown>)(?:, {0,4}|$)");
    /** A name may hold a comma: it ends where the driver's words begin, else at the first comma. */
    private static final Pattern NAME =
            Pattern.compile("name=(?:(.{0,15}), (?=(?:Ch |Channel |channel |Graphics |GPU |Timeout |"
                    + "Row |errorString |Contained|Uncontained|[A-Z]{2,20}_))|([^,]{0,64})(?:, {0,4}|$))");

    private final XidCatalogue catalogue;
    private final LinkErrors links = LinkErrors.shipped();
    private final SwitchErrors switches = SwitchErrors.shipped();
    private final DriverMessages messages = new DriverMessages();
    private long lines;

    public KernelLogParser(XidCatalogue catalogue) {
        this.catalogue = catalogue;
    }

    /** What this line says, or completes; empty for a line about something else. Lines are counted from 1. */
    public Optional<KernelEvent> read(String line) {
        return read(lines + 1, line);
    }

    /** The same for a line of which the caller knows the number. */
    public Optional<KernelEvent> read(long number, String line) {
        lines = number;
        String text = line.length() > LINE_LIMIT ? line.substring(0, LINE_LIMIT) : line;
        return xid(text).or(() -> sxid(text)).or(() -> messages.read(lines, text));
    }

    private Optional<KernelEvent> xid(String text) {
        Matcher matcher = at(text, "NVRM: Xid (", XID);
        if (matcher == null) {
            return Optional.empty();
        }
        int xid = Integer.parseInt(matcher.group(4));
        Tail tail = Tail.of(matcher.group(5));
        XidMessage judged = XidMessage.judge(xid, catalogue.find(xid), links, tail.message());
        return PciAddress.parse(matcher.group(1))
                .map(address -> new KernelEvent(
                        lines,
                        Kind.XID,
                        OptionalInt.of(xid),
                        Optional.of(address),
                        number(matcher.group(2)),
                        number(matcher.group(3)),
                        tail.pid(),
                        tail.process(),
                        tail.message(),
                        judged.severity(),
                        judged.action()));
    }

    private Optional<KernelEvent> sxid(String text) {
        Matcher matcher = at(text, "SXid (", SXID);
        if (matcher == null) {
            return Optional.empty();
        }
        int sxid = Integer.parseInt(matcher.group(2));
        String message = matcher.group(3) == null ? "" : matcher.group(3).strip();
        XidMessage judged = switches.judge(sxid, message);
        return PciAddress.parse(matcher.group(1))
                .map(address -> new KernelEvent(
                        lines,
                        Kind.SXID,
                        OptionalInt.of(sxid),
                        Optional.of(address),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalLong.empty(),
                        Optional.empty(),
                        message,
                        judged.severity(),
                        judged.action()));
    }

    /** The pattern where its first words stand; null where they do not, or the rest does not fit. */
    private static Matcher at(String text, String begin, Pattern pattern) {
        int start = text.indexOf(begin);
        if (start < 0) {
            return null;
        }
        Matcher matcher = pattern.matcher(text).region(start, text.length());
        return matcher.lookingAt() ? matcher : null;
    }

    private static OptionalInt number(String digits) {
        return digits == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(digits));
    }

    /** What follows the number of an Xid. */
    private record Tail(OptionalLong pid, Optional<String> process, String message) {

        static Tail of(String text) {
            String rest = text == null ? "" : text.strip();
            OptionalLong pid = OptionalLong.empty();
            Matcher pidMatcher = PID.matcher(rest);
            if (pidMatcher.lookingAt()) {
                String digits = pidMatcher.group(1);
                pid = digits == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(digits));
                rest = rest.substring(pidMatcher.end());
            }
            Optional<String> process = Optional.empty();
            Matcher nameMatcher = NAME.matcher(rest);
            if (nameMatcher.lookingAt()) {
                String name = nameMatcher.group(1) == null ? nameMatcher.group(2) : nameMatcher.group(1);
                process = Optional.of(name).filter(found -> !found.isEmpty() && !found.equals("<unknown>"));
                rest = rest.substring(nameMatcher.end());
            }
            return new Tail(pid, process, rest);
        }
    }

    /** A status for a message that has no number. */
    static KernelEvent other(long line, Optional<String> address, String message, Status severity, String action) {
        return KernelEvent.ofDevice(line, Kind.OTHER, address, message, severity, action);
    }
}
