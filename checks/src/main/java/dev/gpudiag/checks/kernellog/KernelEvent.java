package dev.gpudiag.checks.kernellog;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.RecoveryAction;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One thing that the kernel log says of an NVIDIA device.
 *
 * @param line number of the line that completed it, from 1
 * @param code Xid or SXid; empty for the other kinds
 * @param pciBusId in sysfs form, {@code 0000:65:00.0}
 * @param gpuInstance MIG GPU instance
 * @param computeInstance MIG compute instance
 * @param pid process that the driver names
 * @param process its name, hostile text
 * @param message the driver's own words, hostile text
 * @param severity how bad it is by itself
 * @param action what to do first
 */
public record KernelEvent(
        long line,
        Kind kind,
        OptionalInt code,
        Optional<String> pciBusId,
        OptionalInt gpuInstance,
        OptionalInt computeInstance,
        OptionalLong pid,
        Optional<String> process,
        String message,
        Status severity,
        String action) {

    /** How the driver's first words begin when it is loaded. */
    static final String DRIVER_LOADED = "loading NVIDIA UNIX";

    private static final int RECOVERY_ACTION_CHANGED = 154;

    /** How the message of {@link #reset} begins. */
    private static final String RESET_SEEN = "the GPU was reset";

    /** Kinds of events. */
    public enum Kind {
        /** An error of a GPU, by number. */
        XID,
        /** An error of an NVSwitch, by number. */
        SXID,
        /** A GPU that no longer answers on the bus, without an Xid. */
        BUS_LOSS,
        /** Anything else that matters to a GPU. */
        OTHER
    }

    public KernelEvent {
        requireNonNull(kind, "kind is null");
        requireNonNull(message, "message is null");
        requireNonNull(severity, "severity is null");
        requireNonNull(action, "action is null");
    }

    /** A reset that the kernel log does not tell, and that was noticed otherwise. */
    public static KernelEvent reset(Optional<String> pciBusId, String how) {
        return ofDevice(0, Kind.OTHER, pciBusId, RESET_SEEN + ": " + how, Status.INFO, "nothing");
    }

    /** An Xid that NVML told: a number and no words. */
    public static KernelEvent ofNvml(
            int xid,
            Optional<String> pciBusId,
            OptionalInt gpuInstance,
            OptionalInt computeInstance,
            XidCatalogue catalogue) {
        XidMessage judged = XidMessage.judge(xid, catalogue.find(xid), LinkErrors.shipped(), "");
        return new KernelEvent(
                0,
                Kind.XID,
                OptionalInt.of(xid),
                pciBusId,
                gpuInstance,
                computeInstance,
                OptionalLong.empty(),
                Optional.empty(),
                "",
                judged.severity(),
                judged.action());
    }

    /** The same with another severity. */
    KernelEvent withSeverity(Status other) {
        return new KernelEvent(
                line, kind, code, pciBusId, gpuInstance, computeInstance, pid, process, message, other, action);
    }

    /** Whether the driver was loaded with this line: what it had said of any GPU before is over. */
    public boolean isDriverLoad() {
        return kind == Kind.OTHER && message.contains(DRIVER_LOADED);
    }

    /** Whether this GPU was reset: what was said of it before is over. */
    public boolean isReset() {
        return kind == Kind.OTHER && message.startsWith(RESET_SEEN);
    }

    /** The recovery action that an Xid 154 asks for; empty for every other event. */
    public Optional<RecoveryAction> recovery() {
        return kind == Kind.XID && code.equals(OptionalInt.of(RECOVERY_ACTION_CHANGED))
                ? XidMessage.requiredRecovery(message)
                : Optional.empty();
    }

    /** Whether this line only adds registers to the switch error before it. */
    public boolean isSwitchDetail() {
        return kind == Kind.SXID && SwitchErrors.isDetail(message);
    }

    /** An event of a device as a whole, which names no process. */
    static KernelEvent ofDevice(
            long line, Kind kind, Optional<String> pciBusId, String message, Status severity, String action) {
        return new KernelEvent(
                line,
                kind,
                OptionalInt.empty(),
                pciBusId,
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                message,
                severity,
                action);
    }
}
