package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What runs on a node, as the host shows it without NVML's help.
 *
 * @param holders processes that hold a GPU, or why they cannot be listed
 * @param allocations what the kubelet has given to pods, or why that cannot be known
 * @param gaps what could not be seen, each once; empty where nothing was missed
 * @param lookedAt when the processes were looked at, which an agent does less often than it samples; empty: with the sample
 * @param bootedAt when the kernel began to count clock ticks, to the second ({@code btime} of {@code /proc/stat})
 */
public record HostSample(
        Reading<List<GpuHolder>> holders,
        Reading<List<DeviceAllocation>> allocations,
        List<Gap> gaps,
        Optional<Instant> lookedAt,
        Optional<Instant> bootedAt) {

    /** Clock ticks in a second, as Linux shows them to programs on every architecture that has NVIDIA GPUs. */
    private static final int TICKS_PER_SECOND = 100;

    public HostSample {
        requireNonNull(holders, "holders is null");
        requireNonNull(allocations, "allocations is null");
        gaps = List.copyOf(gaps);
        requireNonNull(lookedAt, "lookedAt is null");
        requireNonNull(bootedAt, "bootedAt is null");
    }

    /** What was found with the sample itself. */
    public HostSample(Reading<List<GpuHolder>> holders, Reading<List<DeviceAllocation>> allocations) {
        this(holders, allocations, List.of(), Optional.empty(), Optional.empty());
    }

    /** Nobody looked. */
    public static HostSample notRead() {
        return new HostSample(Reading.notRead("processes were not read"), Reading.notRead("kubelet was not read"));
    }

    /** The holder with this pid. */
    public Optional<GpuHolder> holder(long pid) {
        return holders.value().stream()
                .flatMap(List::stream)
                .filter(holder -> holder.pid() == pid)
                .findFirst();
    }

    /** When a process began, to a second or two; empty where that cannot be known. */
    public Optional<Instant> startedAt(GpuHolder holder) {
        return bootedAt.flatMap(
                boot -> holder.startTicks().value().map(ticks -> boot.plusMillis(ticks * (1000 / TICKS_PER_SECOND))));
    }

    /** The same with what the kubelet has given to pods. */
    public HostSample withAllocations(Reading<List<DeviceAllocation>> found) {
        return new HostSample(holders, found, gaps, lookedAt, bootedAt);
    }
}
