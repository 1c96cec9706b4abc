package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.DeviceAllocation;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Workload;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A GPU of which several tenants have a share by time, and whose memory one of them takes.
 *
 * <p>Time-slicing and MPS without limits do not divide memory: who comes first has it. MIG divides it, so that it is left
 * out. Tenants are the workloads with a process on it and the pods that the kubelet has given a share.
 */
final class SharedGpus {

    /** More than this of an equal share is too much. */
    private static final double TOLERANCE = 1.25;

    /** The kernel cuts names at 15 letters. */
    private static final String MPS_SERVER = "nvidia-cuda-mps";

    private final Evidence evidence;
    private final List<DeviceAllocation> allocations;
    private final AllocatedDevices devices;

    private SharedGpus(Evidence evidence, List<DeviceAllocation> allocations) {
        this.evidence = evidence;
        this.allocations = allocations;
        this.devices = new AllocatedDevices(evidence.sample().gpus());
    }

    static List<Finding> findings(Evidence evidence, List<DeviceAllocation> allocations) {
        SharedGpus shared = new SharedGpus(evidence, allocations);
        List<Finding> findings = new ArrayList<>();
        for (GpuSample gpu : evidence.sample().gpus()) {
            if (!AllocatedDevices.migOn(gpu)) {
                shared.of(gpu).ifPresent(findings::add);
            }
        }
        return findings;
    }

    private Optional<Finding> of(GpuSample gpu) {
        Map<Workload, Long> used = usedBytes(gpu);
        Set<String> tenants = new HashSet<>();
        used.keySet().forEach(workload -> tenants.add(key(workload)));
        allocations.stream()
                .filter(allocation -> !allocation.isRegistration())
                .filter(allocation -> allocation.running().orElse(true))
                .filter(allocation -> allocation.deviceIds().stream()
                        .anyMatch(id -> devices.gpu(id).filter(gpu::equals).isPresent()))
                .forEach(allocation -> tenants.add(key(allocation.workload())));
        Optional<Long> total = gpu.value(GpuQuantities.MEMORY_TOTAL);
        Optional<Long> all = gpu.value(GpuQuantities.MEMORY_USED);
        Optional<Map.Entry<Workload, Long>> greatest = used.entrySet().stream().max(Map.Entry.comparingByValue());
        if (tenants.size() < 2 || total.isEmpty() || all.isEmpty() || greatest.isEmpty()) {
            return Optional.empty();
        }
        double usedRatio = (double) all.get() / total.get();
        double fair = (double) total.get() / tenants.size();
        boolean tooMuch = usedRatio >= evidence.setting(AllocationCheck.SHARED_LIMIT)
                && greatest.get().getValue() > fair * TOLERANCE;
        return tooMuch
                ? Optional.of(finding(gpu, greatest.get(), tenants.size(), total.get(), usedRatio))
                : Optional.empty();
    }

    private static Finding finding(
            GpuSample gpu, Map.Entry<Workload, Long> tenant, int tenants, long total, double usedRatio) {
        String name = tenant.getKey().describe();
        return Finding.builder(
                        Status.WARNING,
                        Subject.gpu(gpu.identity()),
                        name + " has " + Amounts.bytes(tenant.getValue()) + " of " + Amounts.bytes(total) + ", and "
                                + tenants + " tenants share this GPU")
                .limit("an equal share is " + Amounts.bytes(total / tenants) + "; memory is "
                        + Amounts.percent(usedRatio) + " used")
                .rule("alloc.shared_hog")
                .why("Time-slicing and MPS do not divide memory: the others run out of it.")
                .action("give it a limit: gpu_memory_utilization (vLLM), XLA_PYTHON_CLIENT_MEM_FRACTION (JAX),"
                        + " set_per_process_memory_fraction (PyTorch)")
                .action("or give it a GPU or a MIG device of its own; MPS: CUDA_MPS_PINNED_DEVICE_MEM_LIMIT")
                .measured("tenant_used_bytes", tenant.getValue(), "bytes")
                .measured("tenants", tenants, "count")
                .proof("nvmlDeviceGetComputeRunningProcesses", name + ": " + tenant.getValue() + " bytes")
                .build();
    }

    /** Memory by workload; processes whose workload is not known are left out, since they may be anybody's. */
    private Map<Workload, Long> usedBytes(GpuSample gpu) {
        Map<String, Workload> byKey = new LinkedHashMap<>();
        Map<Workload, Long> used = new LinkedHashMap<>();
        for (ComputeProcess process : gpu.processes().value().orElse(List.of())) {
            long bytes = process.usedMemoryBytes().value().orElse(0L);
            Optional<GpuHolder> holder =
                    evidence.sample().host().holder(process.pid()).filter(found -> isTenant(process, found));
            if (bytes > 0) {
                holder.flatMap(GpuHolder::knownWorkload)
                        .map(workload -> byKey.computeIfAbsent(key(workload), key -> workload))
                        .ifPresent(workload -> used.merge(workload, bytes, Long::sum));
            }
        }
        return used;
    }

    /** Display servers and the MPS server, which works for its clients, are no tenants. */
    private static boolean isTenant(ComputeProcess process, GpuHolder holder) {
        return process.type() != ComputeProcess.Type.GRAPHICS
                && !holder.command().value().orElse("").startsWith(MPS_SERVER);
    }

    /** A pod is one tenant, however many containers it has. */
    private static String key(Workload workload) {
        return workload.podUid().map(uid -> "pod " + uid).orElse(workload.kind() + " " + workload.name());
    }
}
