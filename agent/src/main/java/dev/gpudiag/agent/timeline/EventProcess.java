package dev.gpudiag.agent.timeline;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.telemetry.Workload;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The process that an event is about; it is usually dead by the time somebody reads of it. Its texts are hostile.
 *
 * @param name of its executable
 * @param user its owner
 * @param workload who it worked for
 * @param startedAt when it began
 * @param peakBytes the most GPU memory it was seen to hold, on the event's GPU
 */
public record EventProcess(
        long pid,
        Optional<String> name,
        Optional<String> user,
        Optional<Workload> workload,
        Optional<Instant> startedAt,
        OptionalLong peakBytes) {

    public EventProcess {
        requireNonNull(name, "name is null");
        requireNonNull(user, "user is null");
        requireNonNull(workload, "workload is null");
        requireNonNull(startedAt, "startedAt is null");
        requireNonNull(peakBytes, "peakBytes is null");
    }

    /** A process of which nothing but pid and name is known. */
    public static EventProcess of(long pid, Optional<String> name) {
        return new EventProcess(pid, name, Optional.empty(), Optional.empty(), Optional.empty(), OptionalLong.empty());
    }

    /** In words: {@code python3 (pid 4711) of pod default/trainer-0 (main)}. */
    public String describe() {
        return name.orElse("process") + " (pid " + pid + ")"
                + workload.map(found -> " of " + found.describe()).orElse("");
    }
}
