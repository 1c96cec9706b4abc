package dev.gpudiag.checks.kernellog;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An event with where and when it was said.
 *
 * @param at when; empty where the log does not tell
 * @param boot the boot it belongs to, where that is known
 * @param sequence the kernel's number of the record, unique within a boot
 * @param source the file or call that told it, such as {@code /dev/kmsg}
 */
public record LoggedEvent(
        KernelEvent event, Optional<Instant> at, Optional<String> boot, OptionalLong sequence, String source) {

    /** Source of what NVML tells as an event: the number of an Xid, and no words. */
    public static final String NVML = "nvmlEventSetWait";

    public LoggedEvent {
        requireNonNull(event, "event is null");
        requireNonNull(at, "at is null");
        requireNonNull(boot, "boot is null");
        requireNonNull(sequence, "sequence is null");
        requireNonNull(source, "source is null");
    }

    /** Whether both are the same record of the same boot. */
    public boolean isSameRecord(LoggedEvent other) {
        return sequence.isPresent() && boot.isPresent() && sequence.equals(other.sequence) && boot.equals(other.boot);
    }

    /** Time from this event to {@code now}, never negative; empty where the log does not tell when it was. */
    public Optional<Duration> age(Instant now) {
        return at.map(instant -> {
            Duration age = Duration.between(instant, now);
            return age.isNegative() ? Duration.ZERO : age;
        });
    }

    /** The line as evidence shows it. */
    public String line() {
        String what = switch (event.kind()) {
            case XID -> "Xid " + event.code().orElseThrow() + ": ";
            case SXID -> "SXid " + event.code().orElseThrow() + ": ";
            case BUS_LOSS, OTHER -> "";
        };
        String when =
                at.map(instant -> instant.truncatedTo(ChronoUnit.SECONDS) + " ").orElse("");
        return when + event.pciBusId().map(address -> address + " ").orElse("") + what + event.message();
    }
}
