package dev.gpudiag.checks.memory.torch;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a snapshot tells of fragmentation, per device and pool.
 *
 * @param status WARNING from 1 GiB and a quarter of the reserved memory stuck; CRITICAL where an allocation failed for it
 *     as well; one level less where the memory is in expandable segments
 * @param reasons why, one sentence each
 */
public record SnapshotAnalysis(
        Snapshot snapshot, List<Device> devices, List<FailedAllocation> failures, Status status, List<String> reasons) {

    /** Stuck memory that is worth a warning, with {@link #STUCK_RATIO}. */
    public static final long STUCK_BYTES = 1L << 30;

    /** Part of the reserved memory that is stuck (F1). */
    public static final double STUCK_RATIO = 0.25;

    public SnapshotAnalysis {
        requireNonNull(snapshot, "snapshot is null");
        requireNonNull(status, "status is null");
        devices = List.copyOf(devices);
        failures = List.copyOf(failures);
        reasons = List.copyOf(reasons);
    }

    public static SnapshotAnalysis of(Snapshot snapshot) {
        Map<Integer, List<Segment>> byDevice = new TreeMap<>();
        Map<PoolKey, List<Segment>> byPool = new TreeMap<>(PoolKey.ORDER);
        for (Segment segment : snapshot.segments()) {
            byDevice.computeIfAbsent(segment.pool().device(), key -> new ArrayList<>())
                    .add(segment);
            byPool.computeIfAbsent(segment.pool(), key -> new ArrayList<>()).add(segment);
        }
        List<Pool> pools = new ArrayList<>();
        byPool.forEach((key, segments) -> pools.add(new Pool(key, Use.of(segments), Pins.of(segments))));
        List<Device> devices = new ArrayList<>();
        byDevice.forEach((index, segments) -> devices.add(new Device(
                index,
                Use.of(segments),
                pools.stream().filter(pool -> pool.key().device() == index).toList())));
        List<FailedAllocation> failures =
                snapshot.ooms().stream().map(oom -> judge(oom, devices)).toList();
        List<String> reasons = new ArrayList<>();
        Status status = Status.OK;
        for (Device device : devices) {
            status = Status.worse(status, judge(device, failures, reasons));
        }
        if (devices.isEmpty()) {
            status = Status.UNKNOWN;
            reasons.add("the snapshot holds no segment: nothing was allocated, or the backend is cudaMallocAsync");
        }
        return new SnapshotAnalysis(snapshot, devices, failures, status, reasons);
    }

    private static FailedAllocation judge(OomEntry oom, List<Device> devices) {
        String type = oom.requested() > FailedAllocation.SMALL_REQUEST ? "large" : "small";
        long free = 0;
        long usable = 0;
        long anywhere = 0;
        for (Device device : devices) {
            if (device.index() == oom.device()) {
                free = device.use().inactive();
                for (Pool pool : device.pools()) {
                    PoolKey key = pool.key();
                    boolean serves = key.type().equals(type)
                            && key.isCommon()
                            && oom.stream()
                                    .map(stream -> stream == key.stream())
                                    .orElse(true);
                    anywhere = Math.max(anywhere, pool.use().largestInactive());
                    usable = serves ? Math.max(usable, pool.use().largestInactive()) : usable;
                }
            }
        }
        return new FailedAllocation(
                oom, FailedAllocation.reason(oom.requested(), oom.deviceFree(), free, usable, anywhere), free, usable);
    }

    private static Status judge(Device device, List<FailedAllocation> failures, List<String> reasons) {
        Use use = device.use();
        String name = "device " + device.index() + ": ";
        String stuck = Amounts.bytes(use.stuck()) + " of " + Amounts.bytes(use.reserved())
                + " reserved is free and stuck between blocks in use (F1 " + Amounts.percent(use.stuckRatio()) + ")";
        boolean much = use.stuck() >= STUCK_BYTES && use.stuckRatio() >= STUCK_RATIO;
        boolean failed = failures.stream()
                .anyMatch(failure -> failure.entry().device() == device.index()
                        && failure.reason().isFragmentation());
        Status status = much && failed ? Status.CRITICAL : much || failed ? Status.WARNING : Status.OK;
        if (failed) {
            reasons.add(name + "an allocation failed although enough memory was free, in pieces");
        }
        if (much) {
            reasons.add(name + stuck);
        }
        if (status == Status.OK) {
            reasons.add(name + stuck);
        } else if (use.isMostlyExpandable()) {
            status = status == Status.CRITICAL ? Status.WARNING : Status.INFO;
            reasons.add(name + "most of it is in expandable segments, whose free pages can go back: one level less");
        }
        return status;
    }
}
