package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * What runs on a node, as the host shows it without NVML's help.
 *
 * @param holders processes that hold a GPU, or why they cannot be listed
 * @param allocations what the kubelet has given to pods, or why that cannot be known
 */
public record HostSample(Reading<List<GpuHolder>> holders, Reading<List<DeviceAllocation>> allocations) {

    public HostSample {
        requireNonNull(holders, "holders is null");
        requireNonNull(allocations, "allocations is null");
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
}
