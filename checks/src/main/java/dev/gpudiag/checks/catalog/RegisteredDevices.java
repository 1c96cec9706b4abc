package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.DeviceAllocation;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Devices that the kubelet counts as healthy against the driver's.
 *
 * <p>The checkpoint registers healthy devices only: one that a pod has and that is not registered has become unhealthy.
 */
final class RegisteredDevices {

    private static final String SOURCE = "kubelet_internal_checkpoint, RegisteredDevices";
    private static final String PLUGIN_LOG =
            "look at the device plugin's log: kubectl -n NAMESPACE logs -l name=nvidia-device-plugin-ds";

    private final List<DeviceAllocation> allocations;
    private final AllocatedDevices devices;
    private final List<GpuSample> gpus;

    private RegisteredDevices(NodeSample sample, List<DeviceAllocation> allocations) {
        this.allocations = allocations;
        this.gpus = sample.gpus();
        this.devices = new AllocatedDevices(gpus);
    }

    static List<Finding> findings(NodeSample sample, List<DeviceAllocation> allocations) {
        RegisteredDevices registered = new RegisteredDevices(sample, allocations);
        List<Finding> findings = new ArrayList<>();
        for (DeviceAllocation registration : allocations) {
            if (registration.isRegistration()) {
                registered.ofResource(registration, findings);
            }
        }
        registered.uncounted(findings);
        return findings;
    }

    private void ofResource(DeviceAllocation registration, List<Finding> findings) {
        String resource = registration.resource();
        if (registration.deviceIds().isEmpty()) {
            findings.add(Finding.builder(Status.WARNING, Subject.node(), "the kubelet counts no healthy " + resource)
                    .rule("alloc.unregistered")
                    .why("Its device plugin does not run, has not registered since the kubelet started, or calls every"
                            + " device unhealthy: pods wait with \"Insufficient " + resource + "\".")
                    .action(PLUGIN_LOG)
                    .proof(SOURCE, resource + ": []")
                    .build());
            return;
        }
        Set<String> healthy = new HashSet<>(registration.deviceIds());
        for (DeviceAllocation allocation : allocations) {
            boolean runs = !allocation.isRegistration() && allocation.running().orElse(true);
            if (runs && allocation.resource().equals(resource)) {
                allocation.deviceIds().stream()
                        .filter(id -> !healthy.contains(id))
                        .forEach(id -> findings.add(unhealthy(allocation, id)));
            }
        }
        if (devices.allKnown()) {
            List<String> unknown = registration.deviceIds().stream()
                    .filter(id -> devices.gpu(id).isEmpty())
                    .map(AllocatedDevices::device)
                    .distinct()
                    .toList();
            if (!unknown.isEmpty()) {
                findings.add(unknown(resource, unknown));
            }
        }
    }

    private Finding unhealthy(DeviceAllocation allocation, String id) {
        Subject subject =
                devices.gpu(id).map(gpu -> Subject.gpu(gpu.identity())).orElse(Subject.workload(allocation.workload()));
        return Finding.builder(
                        Status.WARNING,
                        subject,
                        "the kubelet no longer counts it as healthy, and "
                                + allocation.workload().describe() + " still has it")
                .rule("alloc.unhealthy")
                .why("The device plugin called it unhealthy, as it does after an Xid; no new pod gets it.")
                .action("look at the kernel log: gpudiag xid; restart the device plugin once the GPU is well")
                .action(PLUGIN_LOG)
                .proof(SOURCE, allocation.resource() + " lacks " + id)
                .build();
    }

    private static Finding unknown(String resource, List<String> ids) {
        return Finding.builder(
                        Status.WARNING,
                        Subject.node(),
                        "the kubelet counts " + ids.size() + " " + resource + " that the driver does not have: "
                                + String.join(", ", ids.subList(0, Math.min(4, ids.size())))
                                + (ids.size() > 4 ? " and " + (ids.size() - 4) + " more" : ""))
                .rule("alloc.unknown")
                .why("A pod that is given one of them does not start.")
                .action("restart the device plugin: GPUs or MIG devices were changed under it")
                .proof(SOURCE, resource + ": " + String.join(", ", ids))
                .build();
    }

    /** A GPU of the driver that is in no resource at all, while others are. */
    private void uncounted(List<Finding> findings) {
        Set<Integer> counted = new HashSet<>();
        allocations.stream()
                .flatMap(allocation -> allocation.deviceIds().stream())
                .flatMap(id -> devices.gpu(id).stream())
                .forEach(gpu -> counted.add(gpu.identity().index()));
        boolean some = !counted.isEmpty();
        for (GpuSample gpu : gpus) {
            boolean empty = AllocatedDevices.migOn(gpu)
                    && gpu.migDevices().value().filter(List::isEmpty).isPresent();
            if (some && !empty && !counted.contains(gpu.identity().index())) {
                findings.add(Finding.builder(
                                Status.WARNING, Subject.gpu(gpu.identity()), "the kubelet does not count it as healthy")
                        .rule("alloc.uncounted")
                        .why("The device plugin calls it unhealthy, or was told to leave it out: no pod gets it.")
                        .action("look at the kernel log: gpudiag xid; restart the device plugin once the GPU is well")
                        .action(PLUGIN_LOG)
                        .proof(SOURCE, "lacks " + gpu.identity().key())
                        .build());
            }
        }
    }
}
