package dev.gpudiag.agent.timeline;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuIdentity;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One thing that happened on the node.
 *
 * @param id grows with each event that is recorded, over restarts too; 0 before it is
 * @param at when it happened, which may be long before it was recorded
 * @param action one word for machines, such as {@code started}
 * @param severity how bad it is by itself
 * @param gpu the GPU it is about; empty for the node
 * @param process the process it is about
 * @param subject what it is about besides: the id of a check, the number of an Xid
 * @param text one sentence for people; it may hold hostile names
 * @param boot of the kernel's record that it comes from
 * @param sequence the kernel's number of that record
 */
public record TimelineEvent(
        long id,
        Instant at,
        Kind kind,
        String action,
        Status severity,
        Optional<GpuIdentity> gpu,
        Optional<EventProcess> process,
        Optional<String> subject,
        String text,
        Optional<String> boot,
        OptionalLong sequence) {

    private static final int TEXT_LIMIT = 400;

    /** What an event is about. */
    public enum Kind {
        /** A numbered error of a GPU or NVSwitch. */
        XID,
        /** Anything else that the kernel says of one. */
        KERNEL,
        /** A check whose status changed. */
        CHECK,
        /** A process that came to a GPU, or went. */
        PROCESS,
        /** The driver as a whole. */
        DRIVER,
        /** One GPU as a whole. */
        GPU,
        /** The agent lets go of the driver on request. */
        RELEASE,
        /** The agent itself. */
        AGENT,
        /** What is configured. */
        CONFIGURATION;

        /** As users and machines write it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The kind of that word. */
        public static Optional<Kind> of(String word) {
            return Arrays.stream(values())
                    .filter(kind -> kind.word().equals(word))
                    .findFirst();
        }

        /** All words. */
        public static List<String> words() {
            return Arrays.stream(values()).map(Kind::word).toList();
        }
    }

    public TimelineEvent {
        requireNonNull(at, "at is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(action, "action is null");
        requireNonNull(severity, "severity is null");
        requireNonNull(gpu, "gpu is null");
        requireNonNull(process, "process is null");
        requireNonNull(subject, "subject is null");
        requireNonNull(boot, "boot is null");
        requireNonNull(sequence, "sequence is null");
        text = text.length() <= TEXT_LIMIT ? text : text.substring(0, TEXT_LIMIT - 3) + "...";
    }

    /** An event of the node that is about nothing in particular. */
    public static TimelineEvent of(Instant at, Kind kind, String action, Status severity, String text) {
        return new TimelineEvent(
                0,
                at,
                kind,
                action,
                severity,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                text,
                Optional.empty(),
                OptionalLong.empty());
    }

    /** The same about a GPU. */
    public TimelineEvent onGpu(Optional<GpuIdentity> found) {
        return new TimelineEvent(id, at, kind, action, severity, found, process, subject, text, boot, sequence);
    }

    /** The same about a process. */
    public TimelineEvent ofProcess(Optional<EventProcess> found) {
        return new TimelineEvent(id, at, kind, action, severity, gpu, found, subject, text, boot, sequence);
    }

    /** The same about a check, or an Xid. */
    public TimelineEvent about(String what) {
        return new TimelineEvent(id, at, kind, action, severity, gpu, process, Optional.of(what), text, boot, sequence);
    }

    /** The same, which the kernel told in this record. */
    public TimelineEvent fromRecord(Optional<String> kernelBoot, OptionalLong number) {
        return new TimelineEvent(id, at, kind, action, severity, gpu, process, subject, text, kernelBoot, number);
    }

    /** The same in other words. */
    public TimelineEvent withText(String other) {
        return new TimelineEvent(id, at, kind, action, severity, gpu, process, subject, other, boot, sequence);
    }

    /** The same as it is recorded. */
    TimelineEvent withId(long number) {
        return new TimelineEvent(number, at, kind, action, severity, gpu, process, subject, text, boot, sequence);
    }
}
