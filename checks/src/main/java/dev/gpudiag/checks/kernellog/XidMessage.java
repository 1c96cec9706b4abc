package dev.gpudiag.checks.kernellog;

import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.RecoveryAction;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the words of an Xid say beyond its number.
 *
 * <p>The driver's own verdict beats the catalogue: 94 and 95 tell whether a reset is needed, 154 which recovery action,
 * 144 to 150 which unit of a link failed and whether that is fatal.
 */
record XidMessage(Status severity, String action) {

    private static final int CONTAINED = 94;
    private static final int UNCONTAINED = 95;
    private static final int RECOVERY_ACTION = 154;

    private static final Pattern RESET = Pattern.compile("\\bRST: (Yes|No)\\b");
    private static final Pattern RECOVERY = Pattern.compile("\\bto 0x([0-9a-fA-F]{1,8}) \\(([^()]{1,40})\\)");

    static XidMessage judge(int xid, Optional<XidCatalogue.Entry> entry, LinkErrors links, String message) {
        Status severity = entry.flatMap(XidCatalogue.Entry::severity).orElse(Status.UNKNOWN);
        String action = entry.map(XidCatalogue.Entry::action)
                .orElse("this Xid is newer than the catalogue: look it up in NVIDIA's, and contact the vendor");
        if (xid == RECOVERY_ACTION) {
            return recovery(message);
        }
        if (xid == CONTAINED || xid == UNCONTAINED) {
            return reset(message, new XidMessage(severity, action));
        }
        if (xid >= LinkErrors.FIRST && xid <= LinkErrors.LAST) {
            return links.judge(xid, message);
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

    /** The number decides: the words change with the driver ({@code GPU Reset Required} has become {@code PF FLR}). */
    private static XidMessage recovery(String message) {
        return requiredRecovery(message).map(XidMessage::recovery).orElseGet(() -> {
            Matcher matcher = RECOVERY.matcher(message);
            return new XidMessage(
                    Status.UNKNOWN,
                    matcher.find()
                            ? "do what the message names: " + matcher.group(2)
                            : "read the recovery action in the message");
        });
    }

    /** The recovery action that an Xid 154 asks for; empty for a number that is not known. */
    static Optional<RecoveryAction> requiredRecovery(String message) {
        Matcher matcher = RECOVERY.matcher(message);
        return matcher.find() ? RecoveryAction.of(Long.parseLong(matcher.group(1), 16)) : Optional.empty();
    }

    private static XidMessage recovery(RecoveryAction action) {
        return switch (action) {
            case NONE -> new XidMessage(Status.INFO, "nothing: the driver needs no recovery any more");
            case GPU_RESET -> new XidMessage(Status.CRITICAL, "drain and reset the GPU");
            case NODE_REBOOT -> new XidMessage(Status.CRITICAL, "drain and reboot the node");
            case DRAIN_P2P -> new XidMessage(Status.WARNING, "stop the workloads that use peer-to-peer with this GPU");
            case DRAIN_AND_RESET ->
                new XidMessage(Status.CRITICAL, "let the workloads on this GPU end, take no new ones, then reset it");
            case RECOVER_IMEX_DOMAIN ->
                new XidMessage(Status.CRITICAL, "recover the IMEX domain: look at nvidia-imex-ctl -N");
        };
    }
}
