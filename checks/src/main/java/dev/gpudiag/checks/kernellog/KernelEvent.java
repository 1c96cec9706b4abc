package dev.gpudiag.checks.kernellog;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.checks.Status;
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
