package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.DeviceAllocation;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Workload;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Pods that have a GPU and no process on it, as far as processes can be listed and belong to somebody. */
final class IdleAllocations {

    private final NodeSample sample;
    private final AllocatedDevices devices;

    private IdleAllocations(NodeSample sample) {
        this.sample = sample;
        this.devices = new AllocatedDevices(sample.gpus());
    }

    static List<Finding> findings(NodeSample sample, List<DeviceAllocation> allocations) {
        IdleAllocations idle = new IdleAllocations(sample);
        List<Finding> findings = new ArrayList<>();
        for (DeviceAllocation allocation : allocations) {
            if (!allocation.isRegistration()) {
                idle.of(allocation).ifPresent(findings::add);
            }
        }
        return findings;
    }

    private Optional<Finding> of(DeviceAllocation allocation) {
        Set<GpuSample> gpus = new LinkedHashSet<>();
        allocation.deviceIds().forEach(id -> devices.gpu(id).ifPresent(gpus::add));
        boolean shared = allocation.deviceIds().stream().anyMatch(AllocatedDevices::isShare)
                || gpus.stream().anyMatch(AllocatedDevices::migOn);
        List<GpuSample> idle =
                gpus.stream().filter(gpu -> isIdle(gpu, allocation, shared)).toList();
        if (idle.isEmpty()) {
            return Optional.empty();
        }
        String names = idle.stream().map(gpu -> "gpu " + gpu.identity().index()).collect(Collectors.joining(", "));
        boolean ended = allocation.running().filter(running -> !running).isPresent();
        String seen = ended
                ? "has ended, and the kubelet still counts " + names + " as its own"
                : "has " + names + (shared ? " (a share of it)" : "") + " and no process on it";
        return Optional.of(Finding.builder(Status.INFO, Subject.workload(allocation.workload()), seen)
                .rule("alloc.idle")
                .why(
                        ended
                                ? "The kubelet gives it back by itself when the next pod with devices comes."
                                : "No other pod can have it meanwhile.")
                .action(
                        ended
                                ? "nothing"
                                : "ask the owner: a notebook, a pod that starts or waits, or one that fell back to the CPU")
                .proof(
                        "kubelet_internal_checkpoint",
                        allocation.resource() + ": " + String.join(", ", allocation.deviceIds()))
                .proof("processes on it", "0 of this pod")
                .build());
    }

    /** Without knowing whose they are, processes on a GPU that is not shared are the pod's. */
    private boolean isIdle(GpuSample gpu, DeviceAllocation allocation, boolean shared) {
        Reading<List<ComputeProcess>> processes = gpu.processes();
        if (!processes.isPresent()) {
            return false;
        }
        Optional<List<GpuHolder>> holders = sample.host().holders().value();
        boolean ofPod = holders.orElse(List.of()).stream().anyMatch(holder -> isOf(holder, allocation));
        if (ofPod) {
            return false;
        }
        if (processes.value().get().isEmpty()) {
            return true;
        }
        boolean allKnown = processes.value().get().stream()
                .allMatch(process -> sample.host()
                        .holder(process.pid())
                        .flatMap(GpuHolder::knownWorkload)
                        .isPresent());
        return shared && allKnown;
    }

    private static boolean isOf(GpuHolder holder, DeviceAllocation allocation) {
        return holder.knownWorkload()
                .flatMap(Workload::podUid)
                .filter(allocation.podUid()::equals)
                .isPresent();
    }
}
