package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * Who a process was that held a GPU when it was last seen; it may have ended since.
 *
 * @param command name of its executable
 * @param user its owner
 * @param workload who it works or worked for
 * @param startedAt when it began, to a second or two; empty where that cannot be known
 * @param firstSeen when it was seen first
 * @param lastSeen when it was seen last
 * @param goneBy the first look at which it held no GPU any more; empty while it does
 */
public record KnownProcess(
        long pid,
        Reading<String> command,
        Reading<String> user,
        Reading<Workload> workload,
        Optional<Instant> startedAt,
        Instant firstSeen,
        Instant lastSeen,
        Optional<Instant> goneBy) {

    public KnownProcess {
        requireNonNull(command, "command is null");
        requireNonNull(user, "user is null");
        requireNonNull(workload, "workload is null");
        requireNonNull(startedAt, "startedAt is null");
        requireNonNull(firstSeen, "firstSeen is null");
        requireNonNull(lastSeen, "lastSeen is null");
        requireNonNull(goneBy, "goneBy is null");
    }

    /** In words, hostile text as it is: {@code python3 (pid 4711) of pod default/trainer-0 (main)}. */
    public String describe() {
        return command.value().orElse("process")
                + " (pid " + pid + ")"
                + workload.value().map(found -> " of " + found.describe()).orElse("");
    }

    /** From when on the pid was this process's: its start, or when it was seen first. */
    Instant since() {
        return startedAt.orElse(firstSeen);
    }

    /** The same process, seen once more. */
    KnownProcess seenAgain(GpuHolder holder, Optional<Instant> start, Instant look) {
        return new KnownProcess(
                pid,
                latest(command, holder.command()),
                latest(user, holder.user()),
                latest(workload, holder.workload()),
                start.or(() -> startedAt),
                firstSeen,
                look,
                Optional.empty());
    }

    /** A process that is dying has lost its control group and its files: what was read before stands. */
    private static <T> Reading<T> latest(Reading<T> before, Reading<T> now) {
        return now.isPresent() || !before.isPresent() ? now : before;
    }

    /** The same process, found to hold no GPU any more. */
    KnownProcess gone(Instant look) {
        return new KnownProcess(
                pid, command, user, workload, startedAt, firstSeen, lastSeen, Optional.of(goneBy.orElse(look)));
    }
}
