package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The processes that hold or held a GPU, and who they work for: what names the workload of a process that is dead by the
 * time the kernel's complaint about it is read.
 *
 * <p>A pid that is used again is another process, since its start differs. Holds at most {@code limit} processes, those
 * that ended longest ago are forgotten first. One writer; {@link #copy()} gives readers a snapshot.
 */
public final class WorkloadHistory {

    /** Processes that an agent remembers; one takes about a kilobyte. */
    public static final int LIMIT = 2000;

    /** How long an agent remembers a process that has ended. */
    public static final Duration KEPT = Duration.ofHours(24);

    /** How far the kernel's clock, boot time and clock ticks may disagree, and an Xid may trail its process. */
    private static final Duration SLACK = Duration.ofSeconds(5);

    private final int limit;
    private final Duration kept;
    private final Map<Key, KnownProcess> processes = new LinkedHashMap<>();
    private Optional<Instant> lastLook = Optional.empty();

    private record Key(long pid, Optional<Long> startTicks) {}

    /**
     * An empty memory.
     *
     * @param limit how many processes it holds
     * @param kept how long it holds one that has ended
     */
    public WorkloadHistory(int limit, Duration kept) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit is less than one");
        }
        if (kept.isNegative()) {
            throw new IllegalArgumentException("kept is negative");
        }
        this.limit = limit;
        this.kept = kept;
    }

    /** The processes of one sample: what a command that runs once knows. */
    public static WorkloadHistory of(NodeSample sample) {
        WorkloadHistory history = new WorkloadHistory(LIMIT, KEPT);
        history.add(sample);
        return history;
    }

    /** Remembers the processes of a sample; one whose processes were not looked at anew changes nothing. */
    public void add(NodeSample sample) {
        HostSample host = sample.host();
        Instant look = host.lookedAt().orElse(sample.takenAt());
        Optional<List<GpuHolder>> holders = host.holders().value();
        if (holders.isEmpty() || lastLook.equals(Optional.of(look))) {
            return;
        }
        lastLook = Optional.of(look);
        holders.get().forEach(holder -> see(holder, host.startedAt(holder), look));
        processes.replaceAll((key, process) -> process.lastSeen().equals(look) ? process : process.gone(look));
        forget(look);
    }

    private void see(GpuHolder holder, Optional<Instant> startedAt, Instant look) {
        Key key = key(holder);
        KnownProcess before = processes.get(key);
        processes.put(
                key,
                before == null
                        ? new KnownProcess(
                                holder.pid(),
                                holder.command(),
                                holder.user(),
                                holder.workload(),
                                startedAt,
                                look,
                                look,
                                Optional.empty())
                        : before.seenAgain(holder, startedAt, look));
    }

    /** A process whose start cannot be read now is the one that had its pid at the last look. */
    private Key key(GpuHolder holder) {
        Optional<Long> start = holder.startTicks().value();
        if (start.isPresent()) {
            return new Key(holder.pid(), start);
        }
        return processes.entrySet().stream()
                .filter(entry -> entry.getKey().pid() == holder.pid())
                .filter(entry -> entry.getValue().goneBy().isEmpty())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(new Key(holder.pid(), start));
    }

    private void forget(Instant now) {
        Instant oldest = now.minus(kept);
        processes
                .values()
                .removeIf(process ->
                        process.goneBy().isPresent() && process.lastSeen().isBefore(oldest));
        int excess = processes.size() - limit;
        if (excess > 0) {
            List<Map.Entry<Key, KnownProcess>> byAge = new ArrayList<>(processes.entrySet());
            byAge.sort(Comparator.comparing((Map.Entry<Key, KnownProcess> entry) ->
                            entry.getValue().lastSeen())
                    .thenComparing(entry -> entry.getValue().firstSeen()));
            byAge.subList(0, excess).stream().map(Map.Entry::getKey).toList().forEach(processes::remove);
        }
    }

    /** The process that had this pid most recently. */
    public Optional<KnownProcess> process(long pid) {
        return processes.values().stream()
                .filter(process -> process.pid() == pid)
                .max(Comparator.comparing(KnownProcess::lastSeen).thenComparing(KnownProcess::since));
    }

    /**
     * The process that had this pid at an instant, such as that of a line in the kernel log.
     *
     * <p>Empty for an instant before it began (or, where its start is unknown, before it was seen) and for one after it was
     * found to be gone: then the pid was another's.
     */
    public Optional<KnownProcess> process(long pid, Instant at) {
        requireNonNull(at, "at is null");
        return processes.values().stream()
                .filter(process -> process.pid() == pid)
                .filter(process -> !process.since().minus(SLACK).isAfter(at))
                .filter(process -> process.goneBy().isEmpty()
                        || !process.goneBy().get().plus(SLACK).isBefore(at))
                .max(Comparator.comparing(KnownProcess::since));
    }

    /** Everything that is remembered, in the order in which it was seen first. */
    public List<KnownProcess> processes() {
        return List.copyOf(processes.values());
    }

    /** A copy that later additions do not change. */
    public WorkloadHistory copy() {
        WorkloadHistory copy = new WorkloadHistory(limit, kept);
        copy.processes.putAll(processes);
        copy.lastLook = lastLook;
        return copy;
    }
}
