package dev.gpudiag.agent.timeline;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.telemetry.GpuIdentity;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Which events are wanted.
 *
 * @param since the first instant; empty: as far back as there is
 * @param until the first instant that is not wanted any more
 * @param gpu index, UUID or PCI address of a GPU; empty: all, and the node
 * @param kinds empty: all
 * @param limit the newest so many, 1 to {@link #LIMIT}
 */
public record EventQuery(
        Optional<Instant> since,
        Optional<Instant> until,
        Optional<String> gpu,
        Set<TimelineEvent.Kind> kinds,
        int limit) {

    /** Events that one answer has at most. */
    public static final int LIMIT = 10_000;

    public EventQuery {
        requireNonNull(since, "since is null");
        requireNonNull(until, "until is null");
        gpu = gpu.map(name -> name.toLowerCase(Locale.ROOT));
        kinds = Set.copyOf(kinds);
        if (limit < 1 || limit > LIMIT) {
            throw new IllegalArgumentException("limit is outside 1 to " + LIMIT);
        }
    }

    /** Everything, as far as an answer may hold it. */
    public static EventQuery all() {
        return new EventQuery(Optional.empty(), Optional.empty(), Optional.empty(), Set.of(), LIMIT);
    }

    /** Everything from an instant on. */
    public static EventQuery since(Instant instant) {
        return new EventQuery(Optional.of(instant), Optional.empty(), Optional.empty(), Set.of(), LIMIT);
    }

    /** Whether an event is wanted. */
    public boolean matches(TimelineEvent event) {
        return since.filter(event.at()::isBefore).isEmpty()
                && until.filter(end -> !event.at().isBefore(end)).isEmpty()
                && (kinds.isEmpty() || kinds.contains(event.kind()))
                && (gpu.isEmpty()
                        || event.gpu()
                                .filter(found -> isNamed(found, gpu.get()))
                                .isPresent());
    }

    private static boolean isNamed(GpuIdentity gpu, String name) {
        return String.valueOf(gpu.index()).equals(name)
                || gpu.uuid()
                        .filter(uuid -> uuid.toLowerCase(Locale.ROOT).equals(name))
                        .isPresent()
                || gpu.pciBusId().filter(name::equals).isPresent();
    }
}
