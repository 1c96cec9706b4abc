package dev.gpudiag.agent.timeline;

import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.NodeSample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Notices which processes come to a GPU and go: those that the driver lists, named by what the host knows of them.
 *
 * <p>A process on a GPU that does not answer is there until the GPU answers without it. One that comes is told once the host
 * was looked at, so that its workload is known. Follows {@link #LIMIT} at most. Not thread-safe.
 */
final class ProcessWatch {

    /** Processes that are followed at the same time; one takes about a kilobyte. */
    static final int LIMIT = 2000;

    /** How long the host's look at a new process is waited for. */
    private static final Duration NAMED_WITHIN = Duration.ofSeconds(30);

    /** How many that have ended are remembered, for an Xid that names one of them. */
    private static final int ENDED_LIMIT = 500;

    private static final Duration SLACK = Duration.ofSeconds(10);

    private final Map<FollowedProcess.Key, FollowedProcess> followed = new LinkedHashMap<>();
    private final Map<FollowedProcess.Key, FollowedProcess> ended = new LinkedHashMap<>();

    /** Goes on with those that an earlier agent followed; the next sample tells which of them are still there. */
    void resume(List<FollowedProcess> before) {
        before.stream().limit(LIMIT).forEach(process -> followed.put(process.key(), process));
    }

    /** Those that hold a GPU now. */
    List<FollowedProcess> followed() {
        return List.copyOf(followed.values());
    }

    /** What came and went since the sample before. */
    List<TimelineEvent> see(NodeSample sample) {
        List<TimelineEvent> events = new ArrayList<>();
        for (GpuSample gpu : sample.gpus()) {
            gpu.processes().value().ifPresent(listed -> see(gpu, listed, sample, events));
        }
        tellNamed(sample, events);
        return events;
    }

    private void see(GpuSample gpu, List<ComputeProcess> listed, NodeSample sample, List<TimelineEvent> events) {
        Instant now = gpu.takenAt();
        Set<FollowedProcess.Key> present = new HashSet<>();
        for (ComputeProcess process : merged(listed)) {
            FollowedProcess.Key key = new FollowedProcess.Key(gpu.identity().key(), process.pid());
            present.add(key);
            FollowedProcess before = followed.get(key);
            if (before != null && before.isReplaced(sample.host())) {
                end(before, events, now);
                before = null;
            }
            if (before == null && followed.size() >= LIMIT) {
                continue;
            }
            FollowedProcess start = before == null ? FollowedProcess.seen(gpu.identity(), process.pid(), now) : before;
            followed.put(key, start.seenAgain(process, sample.host(), now));
        }
        followed.values().stream()
                .filter(process -> process.gpu().key().equals(gpu.identity().key()))
                .filter(process -> !present.contains(process.key()))
                .toList()
                .forEach(process -> end(process, events, now));
    }

    /** One context shows in the compute, the graphics and the MPS list. */
    private static List<ComputeProcess> merged(List<ComputeProcess> listed) {
        Map<Long, ComputeProcess> byPid = new LinkedHashMap<>();
        for (ComputeProcess process : listed) {
            byPid.merge(process.pid(), process, (one, other) -> used(other) > used(one) ? other : one);
        }
        return List.copyOf(byPid.values());
    }

    private static long used(ComputeProcess process) {
        return process.usedMemoryBytes().value().orElse(-1L);
    }

    private void end(FollowedProcess process, List<TimelineEvent> events, Instant now) {
        followed.remove(process.key());
        if (!process.told()) {
            events.add(started(process));
        }
        ended.remove(process.key());
        ended.put(process.key(), process);
        if (ended.size() > ENDED_LIMIT) {
            ended.remove(ended.keySet().iterator().next());
        }
        String lasted = process.process()
                .startedAt()
                .or(() -> Optional.of(process.firstSeen()))
                .map(start -> " after " + time(Duration.between(start, process.lastSeen())))
                .orElse("");
        String peak = process.process().peakBytes().isPresent()
                ? ", held at most " + bytes(process.process().peakBytes().getAsLong())
                : "";
        boolean unseen = Duration.between(process.lastSeen(), now).compareTo(Duration.ofMinutes(2)) > 0;
        events.add(event(
                process,
                now,
                "ended",
                process.process().describe() + " has left the GPU" + lasted + peak
                        + (unseen
                                ? "; last seen " + process.lastSeen().truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                                : "")));
    }

    private void tellNamed(NodeSample sample, List<TimelineEvent> events) {
        for (FollowedProcess process : List.copyOf(followed.values())) {
            if (!process.told() && isNamed(process, sample)) {
                events.add(started(process));
                followed.put(process.key(), process.asTold());
            }
        }
    }

    private static boolean isNamed(FollowedProcess process, NodeSample sample) {
        HostSample host = sample.host();
        boolean looked = host.holder(process.process().pid()).isPresent()
                && process.process().workload().isPresent();
        return looked || !sample.takenAt().isBefore(process.firstSeen().plus(NAMED_WITHIN));
    }

    private static TimelineEvent started(FollowedProcess process) {
        return event(process, process.firstSeen(), "started", process.process().describe() + " is on the GPU");
    }

    private static TimelineEvent event(FollowedProcess process, Instant at, String action, String text) {
        return TimelineEvent.of(at, TimelineEvent.Kind.PROCESS, action, Status.INFO, text)
                .onGpu(Optional.of(process.gpu()))
                .ofProcess(Optional.of(process.process()));
    }

    /** The process that had this pid at that instant, here or until a little before. */
    Optional<EventProcess> find(long pid, Instant at) {
        Map<FollowedProcess.Key, FollowedProcess> all = new HashMap<>(ended);
        all.putAll(followed);
        return all.values().stream()
                .filter(process -> process.process().pid() == pid)
                .filter(process -> !process.process()
                        .startedAt()
                        .orElse(process.firstSeen())
                        .minus(SLACK)
                        .isAfter(at))
                .filter(process -> followed.containsKey(process.key())
                        || !process.lastSeen().plus(SLACK).plus(SLACK).isBefore(at))
                .max(Comparator.comparing(FollowedProcess::firstSeen))
                .map(FollowedProcess::process);
    }

    /** Which GPU has this PCI address, as far as a process was on it. */
    Optional<GpuIdentity> gpu(String pciBusId) {
        return followed.values().stream()
                .map(FollowedProcess::gpu)
                .filter(gpu -> gpu.pciBusId().filter(pciBusId::equals).isPresent())
                .findFirst();
    }

    private static String bytes(long bytes) {
        double mebibytes = bytes / (1024.0 * 1024);
        return mebibytes < 1024
                ? String.format(Locale.ROOT, "%.0f MiB", mebibytes)
                : String.format(Locale.ROOT, "%.1f GiB", mebibytes / 1024);
    }

    private static String time(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 120) {
            return seconds + " s";
        }
        long minutes = seconds / 60;
        return minutes < 120 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
    }
}
