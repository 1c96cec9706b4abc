package dev.gpudiag.telemetry;

import java.util.List;

/**
 * Devices that the kubelet has given to one container, or counts as its own.
 *
 * @param podUid the pod; empty for devices that are registered and given to nobody
 * @param container name of the container in its pod; empty as above
 * @param resource such as {@code nvidia.com/gpu} or {@code nvidia.com/mig-1g.10gb}
 * @param deviceIds as the device plugin names them: GPU and MIG UUIDs, with {@code ::N} for a shared one
 */
public record DeviceAllocation(String podUid, String container, String resource, List<String> deviceIds) {

    public DeviceAllocation {
        deviceIds = List.copyOf(deviceIds);
    }
}
