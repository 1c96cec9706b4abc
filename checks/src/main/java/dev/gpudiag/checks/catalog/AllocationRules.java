package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Status;
import java.util.List;

/** The rules of {@code allocation}. */
final class AllocationRules {

    private static final String FILE = "/var/lib/kubelet/device-plugins/kubelet_internal_checkpoint";
    private static final String KUBELET = "Kubernetes, pkg/kubelet/cm/devicemanager";

    static final List<Rule> ALL = List.of(
            new Rule(
                    "alloc.idle",
                    FILE + "; nvmlDeviceGetComputeRunningProcesses; /proc/PID/cgroup; control groups of pods",
                    "a pod has a device and no process on it",
                    Status.INFO,
                    "ask the owner",
                    "gpudiag"),
            new Rule(
                    "alloc.full",
                    FILE,
                    "every healthy device of a resource is given away: \"Insufficient nvidia.com/gpu\"",
                    Status.INFO,
                    "look at who holds them",
                    KUBELET),
            new Rule(
                    "alloc.unregistered",
                    FILE,
                    "a resource is known and has no healthy device",
                    Status.WARNING,
                    "look at the device plugin",
                    KUBELET),
            new Rule(
                    "alloc.unhealthy",
                    FILE,
                    "a pod has a device that is not registered as healthy",
                    Status.WARNING,
                    "look at Xids, then restart the device plugin",
                    KUBELET),
            new Rule(
                    "alloc.uncounted",
                    FILE + "; nvmlDeviceGetUUID",
                    "a GPU of the driver is in no resource, while others are",
                    Status.WARNING,
                    "look at Xids, then restart the device plugin",
                    KUBELET),
            new Rule(
                    "alloc.unknown",
                    FILE + "; nvmlDeviceGetUUID",
                    "a registered device is not the driver's, while all of these are known",
                    Status.WARNING,
                    "restart the device plugin",
                    KUBELET),
            new Rule(
                    "alloc.shared_hog",
                    "nvmlDeviceGetComputeRunningProcesses; /proc/PID/cgroup; " + FILE,
                    "several tenants without MIG, memory over allocation.shared-limit, and one of them with more than"
                            + " 1.25 of an equal share",
                    Status.WARNING,
                    "give it a limit, or a device of its own",
                    "gpudiag"));

    private AllocationRules() {}
}
