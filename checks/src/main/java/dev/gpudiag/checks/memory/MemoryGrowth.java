package dev.gpudiag.checks.memory;

import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Follows the memory of every process, MIG device and workload of a node with a growth detector each.
 *
 * <p>A process is its GPU, instance, pid and start; another start, or another boot of the node, is another process. At most
 * {@code limit} detectors; what comes beyond is counted. Its methods exclude each other; whoever reads detectors while samples
 * are added holds its monitor.
 */
public final class MemoryGrowth {

    /** Detectors that an agent keeps; each takes {@link GrowthDetector#stateBytes()} and about 300 bytes around it. */
    public static final int LIMIT = 512;

    /** A process that was not listed for this long has ended. */
    private static final Duration ENDED = Duration.ofMinutes(2);

    /** A pid whose start is not known, and that was not seen for this long, is taken for another process. */
    private static final Duration FORGOTTEN = Duration.ofMinutes(15);

    /** Between two samples of one detector, whose buckets are of minutes. */
    private static final Duration SPACING = Duration.ofSeconds(9);

    private final int limit;
    private final Map<GrowthSubject, TrackedMemory> tracked = new LinkedHashMap<>();
    private Optional<String> bootId = Optional.empty();
    private long leftOut;

    public MemoryGrowth(int limit) {
        this.limit = limit;
    }

    /** Nothing is followed: what a command that runs once has. */
    public static MemoryGrowth none() {
        return new MemoryGrowth(0);
    }

    /** Takes over what was followed before a restart. */
    public synchronized void restore(Optional<String> boot, List<TrackedMemory> earlier) {
        bootId = boot;
        earlier.stream().limit(limit).forEach(entry -> tracked.put(entry.subject(), entry));
    }

    public synchronized Optional<String> bootId() {
        return bootId;
    }

    public synchronized List<TrackedMemory> tracked() {
        return List.copyOf(tracked.values());
    }

    public synchronized List<TrackedMemory> of(GpuSample gpu) {
        return tracked.values().stream()
                .filter(entry -> entry.subject().gpu().equals(gpu.identity().key()))
                .toList();
    }

    /** Subjects of the last sample that are not followed, for want of room. */
    public synchronized long leftOut() {
        return leftOut;
    }

    public synchronized void add(NodeSample sample) {
        Optional<String> boot = sample.driver().get(HostQuantities.BOOT_ID).value();
        if (boot.isPresent() && bootId.isPresent() && !boot.equals(bootId)) {
            tracked.clear();
        }
        bootId = boot.or(() -> bootId);
        leftOut = 0;
        for (GpuSample gpu : sample.gpus()) {
            if (gpu.condition().isAnswering()) {
                add(gpu, sample);
            }
        }
    }

    private void add(GpuSample gpu, NodeSample sample) {
        String key = gpu.identity().key();
        Instant now = sample.takenAt();
        Optional<Long> total = gpu.value(GpuQuantities.MEMORY_TOTAL);
        Map<GrowthSubject, Long> used = new HashMap<>();
        Map<GrowthSubject, ProcessStart> starts = new HashMap<>();
        for (ComputeProcess process : gpu.processes().value().orElse(List.of())) {
            process.usedMemoryBytes().value().filter(bytes -> bytes >= 0).ifPresent(bytes -> {
                GrowthSubject subject = new GrowthSubject(
                        GrowthSubject.Kind.PROCESS,
                        key,
                        process.gpuInstance().orElse(-1),
                        process.computeInstance().orElse(-1),
                        process.pid(),
                        "");
                used.merge(subject, bytes, Math::max);
                Optional<GpuHolder> holder = sample.host().holder(process.pid());
                ProcessStart start = holder.map(found -> ProcessStart.of(found, sample.host()))
                        .orElse(ProcessStart.UNKNOWN);
                starts.put(subject, start);
                holder.flatMap(GpuHolder::knownWorkload)
                        .filter(workload -> workload.kind() != Workload.Kind.USER)
                        .ifPresent(workload -> {
                            used.merge(of(workload, key), bytes, Long::sum);
                            starts.merge(of(workload, key), start.ofGroup(), ProcessStart::orEarlier);
                        });
            });
        }
        for (MigDevice device : gpu.migDevices().value().orElse(List.of())) {
            device.readings()
                    .value(GpuQuantities.MEMORY_USED)
                    .ifPresent(bytes -> used.put(of(device, key), Math.max(0, bytes)));
        }
        used.forEach((subject, bytes) ->
                follow(subject, starts.getOrDefault(subject, ProcessStart.UNKNOWN), now, bytes, total));
        boolean listed = gpu.processes().isPresent();
        tracked.values()
                .removeIf(entry -> entry.subject().gpu().equals(key)
                        && !used.containsKey(entry.subject())
                        && (listed || entry.subject().kind() == GrowthSubject.Kind.MIG_DEVICE)
                        && entry.lastSeen().plus(ENDED).isBefore(now));
    }

    private static GrowthSubject of(Workload workload, String gpu) {
        String name =
                workload.podUid().or(workload::containerId).map(id -> id + " ").orElse("") + workload.name();
        return new GrowthSubject(GrowthSubject.Kind.WORKLOAD, gpu, -1, -1, 0, name);
    }

    private static GrowthSubject of(MigDevice device, String gpu) {
        return new GrowthSubject(
                GrowthSubject.Kind.MIG_DEVICE,
                gpu,
                device.readings().value(GpuQuantities.GPU_INSTANCE).orElse(-1L),
                device.readings().value(GpuQuantities.COMPUTE_INSTANCE).orElse(-1L),
                0,
                device.readings().value(GpuQuantities.MIG_UUID).orElse("mig " + device.index()));
    }

    private void follow(GrowthSubject subject, ProcessStart start, Instant now, long bytes, Optional<Long> total) {
        TrackedMemory known = tracked.get(subject);
        long ticks = start.ticks();
        boolean another = known != null && ticks != 0 && known.startTicks() != 0 && ticks != known.startTicks();
        boolean afterGap =
                known != null && ticks == 0 && known.lastSeen().plus(FORGOTTEN).isBefore(now);
        if (known == null || another || (afterGap && subject.kind() == GrowthSubject.Kind.PROCESS)) {
            if (known == null && tracked.size() >= limit) {
                leftOut++;
                return;
            }
            long device = total.filter(size -> size > 0).orElse(0L);
            GrowthDetector detector = new GrowthDetector(TrackedMemory.options(device, start.at()));
            known = new TrackedMemory(subject, ticks, start.at(), device, now, Instant.MIN, bytes, detector);
        }
        known = known.begun(start);
        if (!known.lastSeen().isAfter(now.minus(SPACING)) || known.lastSeen().isAfter(now)) {
            known.detector().add(now, bytes);
            known = known.seen(now, bytes);
        }
        tracked.put(subject, known);
    }
}
