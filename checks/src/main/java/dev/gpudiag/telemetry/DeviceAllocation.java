package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * Devices that the kubelet has given to one container, or counts as healthy.
 *
 * @param podUid the pod; empty for devices that are registered, given to somebody or not
 * @param pod {@code namespace/name} of the pod where the log directories tell it
 * @param running whether the pod has a control group; the kubelet takes devices back from one that has ended only when
 *     the next pod with devices comes; empty where that cannot be told
 * @param container name of the container in its pod; empty for registered devices
 * @param resource such as {@code nvidia.com/gpu} or {@code nvidia.com/mig-1g.10gb}
 * @param deviceIds as the device plugin names them: GPU and MIG UUIDs, with {@code ::N} for a shared one
 */
public record DeviceAllocation(
        String podUid,
        Optional<String> pod,
        Optional<Boolean> running,
        String container,
        String resource,
        List<String> deviceIds) {

    public DeviceAllocation {
        requireNonNull(podUid, "podUid is null");
        requireNonNull(pod, "pod is null");
        requireNonNull(running, "running is null");
        requireNonNull(container, "container is null");
        requireNonNull(resource, "resource is null");
        deviceIds = List.copyOf(deviceIds);
    }

    public DeviceAllocation(String podUid, String container, String resource, List<String> deviceIds) {
        this(podUid, Optional.empty(), Optional.empty(), container, resource, deviceIds);
    }

    /** Devices that the kubelet counts as healthy. */
    public static DeviceAllocation registered(String resource, List<String> deviceIds) {
        return new DeviceAllocation("", "", resource, deviceIds);
    }

    /** Whether these are the healthy devices of a resource, rather than those of a pod. */
    public boolean isRegistration() {
        return podUid.isEmpty();
    }

    /** The pod's container as a workload. */
    public Workload workload() {
        String name = pod.orElse("uid " + podUid) + (container.isEmpty() ? "" : " (" + container + ")");
        Optional<String> namespace =
                pod.filter(text -> text.contains("/")).map(text -> text.substring(0, text.indexOf('/')));
        return new Workload(
                Workload.Kind.KUBERNETES_POD,
                name,
                namespace,
                pod.map(text -> text.substring(text.indexOf('/') + 1)),
                Optional.of(podUid),
                Optional.of(container).filter(text -> !text.isEmpty()),
                Optional.empty(),
                Optional.empty());
    }
}
