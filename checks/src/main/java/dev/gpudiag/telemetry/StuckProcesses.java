package dev.gpudiag.telemetry;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Since when holders of GPUs have been dead and unreaped (Z, X), waiting in the kernel without a break (D), or listed by
 * NVML although the host has no such process.
 *
 * <p>Holds no more entries than one sample has processes. Not thread-safe.
 */
final class StuckProcesses {

    private static final String STATES = "DZX";

    private Map<Key, Instant> since = new HashMap<>();

    /** A pid is used again, with another start and another state. */
    private record Key(long pid, Optional<Long> startTicks, String state) {
        static Key of(GpuHolder holder) {
            return new Key(
                    holder.pid(),
                    holder.startTicks().value(),
                    holder.state().value().orElse(""));
        }
    }

    void see(NodeSample sample) {
        if (!sample.host().holders().isPresent()) {
            return;
        }
        List<GpuHolder> holders = sample.host().holders().value().orElse(List.of());
        Map<Key, Instant> next = new HashMap<>();
        holders.stream().filter(StuckProcesses::isStuck).map(Key::of).forEach(key -> keep(key, sample, next));
        Set<Long> alive = holders.stream().map(GpuHolder::pid).collect(Collectors.toSet());
        sample.gpus().stream()
                .flatMap(gpu -> gpu.processes().value().orElse(List.of()).stream())
                .map(ComputeProcess::pid)
                .filter(pid -> !alive.contains(pid))
                .forEach(pid -> keep(absent(pid), sample, next));
        since = next;
    }

    private void keep(Key key, NodeSample sample, Map<Key, Instant> next) {
        Instant known = since.get(key);
        next.put(key, known == null || known.isAfter(sample.takenAt()) ? sample.takenAt() : known);
    }

    private static Key absent(long pid) {
        return new Key(pid, Optional.empty(), "absent");
    }

    static boolean isStuck(GpuHolder holder) {
        return holder.state()
                .value()
                .filter(state -> !state.isEmpty() && STATES.contains(state.substring(0, 1)))
                .isPresent();
    }

    Optional<Instant> since(GpuHolder holder) {
        return Optional.ofNullable(since.get(Key.of(holder)));
    }

    Optional<Instant> absentSince(long pid) {
        return Optional.ofNullable(since.get(absent(pid)));
    }

    void take(StuckProcesses other) {
        since = new HashMap<>(other.since);
    }
}
