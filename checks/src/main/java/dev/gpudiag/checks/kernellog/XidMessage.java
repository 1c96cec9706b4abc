package dev.gpudiag.checks.kernellog;

import dev.gpudiag.checks.Status;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the words of an Xid say beyond its number.
 *
 * <p>The driver's own verdict beats the catalogue: 94 and 95 tell whether a reset is needed, 154 which recovery action,
 * 144 to 150 whether the link error is fatal.
 */
record XidMessage(Status severity, String action) {

    private static final int CONTAINED = 94;
    private static final int UNCONTAINED = 95;
    private static final int RECOVERY_ACTION = 154;
    private static final int FIRST_NVLINK5 = 144;
    private static final int LAST_NVLINK5 = 150;

    private static final Pattern RESET = Pattern.compile("\\bRST: (Yes|No)\\b");
    private static final Pattern RECOVERY = Pattern.compile("\\bto 0x[0-9a-fA-F]{1,8} \\(([^()]{1,40})\\)");
    private static final Pattern LINK_ERROR = Pattern.compile("^[A-Z][A-Z0-9_/]{1,60} {1,20}(Fatal|Nonfatal) ");

    static XidMessage judge(int xid, Optional<XidCatalogue.Entry> entry, String message) {
        Status severity = entry.flatMap(XidCatalogue.Entry::severity).orElse(Status.UNKNOWN);
        String action = entry.map(XidCatalogue.Entry::action)
                .orElse("this Xid is newer than the catalogue: look it up in NVIDIA's, and contact the vendor");
        if (xid == RECOVERY_ACTION) {
            return recovery(message);
        }
        if (xid == CONTAINED || xid == UNCONTAINED) {
            return reset(message, new XidMessage(severity, action));
        }
        if (xid >= FIRST_NVLINK5 && xid <= LAST_NVLINK5) {
            return link(message);
        }
        return new XidMessage(severity, action);
    }

    private static XidMessage reset(String message, XidMessage byNumber) {
        Matcher matcher = RESET.matcher(message);
        if (!matcher.find()) {
            return byNumber;
        }
        return matcher.group(1).equals("Yes")
                ? new XidMessage(Status.CRITICAL, "drain and reset the GPU: the driver says that it needs it")
                : new XidMessage(byNumber.severity(), "restart the application; the driver needs no reset");
    }

    private static XidMessage recovery(String message) {
        Matcher matcher = RECOVERY.matcher(message);
        if (!matcher.find()) {
            return new XidMessage(Status.UNKNOWN, "read the recovery action in the message");
        }
        return switch (matcher.group(1)) {
            case "None" -> new XidMessage(Status.INFO, "nothing: the driver needs no recovery any more");
            case "GPU Reset Required" -> new XidMessage(Status.CRITICAL, "drain and reset the GPU");
            case "Node Reboot Required" -> new XidMessage(Status.CRITICAL, "drain and reboot the node");
            case "Drain P2P" ->
                new XidMessage(Status.WARNING, "stop the workloads that use peer-to-peer with this GPU");
            case "Drain and Reset" ->
                new XidMessage(Status.CRITICAL, "let the workloads on this GPU end, take no new ones, then reset it");
            default -> new XidMessage(Status.UNKNOWN, "do what the message names: " + matcher.group(1));
        };
    }

    private static XidMessage link(String message) {
        Matcher matcher = LINK_ERROR.matcher(message);
        if (!matcher.find()) {
            return new XidMessage(
                    Status.UNKNOWN, "this NVLink error does not say whether it is fatal: look at the nvlink check");
        }
        return matcher.group(1).equals("Fatal")
                ? new XidMessage(
                        Status.CRITICAL, "drain and reset the GPU; if it comes again, check link, switch and peer")
                : new XidMessage(Status.WARNING, "watch the link's error counters; restart a workload that failed");
    }
}
