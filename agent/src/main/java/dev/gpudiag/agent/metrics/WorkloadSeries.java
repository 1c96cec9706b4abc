package dev.gpudiag.agent.metrics;

import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.DeviceAllocation;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Workload;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The processes and workloads of a sample, each with its labels: those that hold most first, no more than may be shown.
 *
 * @param processes by GPU, MIG device and pid
 * @param workloads by GPU and workload: sums over its processes, and what the kubelet gave a GPU to although none runs
 */
record WorkloadSeries(List<Entry> processes, List<Entry> workloads) {

    static final List<String> PROCESS_LABELS =
            List.of("gpu", "uuid", "gpu_instance", "compute_instance", "pid", "process_name");
    static final List<String> WORKLOAD_LABELS = List.of(
            "gpu",
            "uuid",
            "gpu_instance",
            "workload_kind",
            "workload_name",
            "workload_namespace",
            "workload_pod",
            "workload_container");

    /**
     * A process, or a workload on one GPU.
     *
     * @param usedBytes empty where one of its processes does not tell
     * @param utilization 0 to 1; empty where the driver has no figure
     */
    record Entry(Labels labels, OptionalDouble usedBytes, OptionalDouble utilization, int processes) {

        Entry plus(Entry other) {
            return new Entry(
                    labels,
                    processes == 0 ? other.usedBytes : both(usedBytes, other.usedBytes),
                    sum(utilization, other.utilization),
                    processes + other.processes);
        }

        private static OptionalDouble both(OptionalDouble a, OptionalDouble b) {
            return a.isPresent() && b.isPresent()
                    ? OptionalDouble.of(a.getAsDouble() + b.getAsDouble())
                    : OptionalDouble.empty();
        }

        private static OptionalDouble sum(OptionalDouble a, OptionalDouble b) {
            return a.isPresent() && b.isPresent()
                    ? OptionalDouble.of(Math.min(1, a.getAsDouble() + b.getAsDouble()))
                    : a.isPresent() ? a : b;
        }
    }

    private static final Comparator<Entry> LARGEST_FIRST = Comparator.comparingDouble(
                    (Entry entry) -> entry.usedBytes().orElse(0))
            .reversed()
            .thenComparing(Entry::labels);

    static WorkloadSeries none() {
        return new WorkloadSeries(List.of(), List.of());
    }

    static WorkloadSeries of(NodeSample sample, List<GpuView> gpus, MetricOptions options, DroppedSeries dropped) {
        List<Entry> processes = options.processes()
                ? largest(processes(gpus), options.workloadSeries(), DroppedSeries.Reason.PROCESSES, dropped)
                : List.of();
        List<Entry> workloads = options.workloads()
                ? largest(
                        workloads(sample.host(), gpus),
                        options.workloadSeries(),
                        DroppedSeries.Reason.WORKLOADS,
                        dropped)
                : List.of();
        return new WorkloadSeries(processes, workloads);
    }

    private static List<Entry> largest(List<Entry> all, int limit, DroppedSeries.Reason reason, DroppedSeries dropped) {
        if (all.size() <= limit) {
            return all;
        }
        dropped.add(reason, all.size() - limit);
        return all.stream().sorted(LARGEST_FIRST).limit(limit).toList();
    }

    private static List<Entry> processes(List<GpuView> gpus) {
        List<Entry> found = new ArrayList<>();
        for (GpuView gpu : gpus) {
            for (ComputeProcess process : listed(gpu)) {
                found.add(entry(process, processLabels(gpu, process)));
            }
        }
        return found;
    }

    private static List<ComputeProcess> listed(GpuView gpu) {
        return gpu.answers() ? gpu.sample().processes().value().orElse(List.of()) : List.of();
    }

    private static Labels processLabels(GpuView gpu, ComputeProcess process) {
        Labels labels = gpu.labels()
                .merge(Labels.of(
                        "pid", Long.toString(process.pid()),
                        "process_name", GpuView.label(process.name().orElse(""))));
        if (process.gpuInstance().isEmpty()) {
            return labels;
        }
        return labels.merge(Labels.of(
                "gpu_instance",
                Integer.toString(process.gpuInstance().getAsInt()),
                "compute_instance",
                process.computeInstance().isPresent()
                        ? Integer.toString(process.computeInstance().getAsInt())
                        : ""));
    }

    private static Entry entry(ComputeProcess process, Labels labels) {
        return new Entry(
                labels,
                number(process.usedMemoryBytes().value().map(Long::doubleValue)),
                number(process.smUtilizationRatio().value()),
                1);
    }

    private static OptionalDouble number(Optional<Double> value) {
        return value.map(OptionalDouble::of).orElse(OptionalDouble.empty());
    }

    private static List<Entry> workloads(HostSample host, List<GpuView> gpus) {
        Map<Long, Workload> byPid = new HashMap<>();
        for (GpuHolder holder : host.holders().value().orElse(List.of())) {
            holder.knownWorkload().ifPresent(workload -> byPid.put(holder.pid(), workload));
        }
        Map<Labels, Entry> found = new LinkedHashMap<>();
        for (GpuView gpu : gpus) {
            for (ComputeProcess process : listed(gpu)) {
                Workload workload = byPid.get(process.pid());
                if (workload != null) {
                    Labels labels = labels(gpu, instance(process), workload);
                    found.merge(labels, entry(process, labels), Entry::plus);
                }
            }
            for (DeviceAllocation allocation : given(host)) {
                for (String instance : instances(allocation, gpu)) {
                    Labels labels = labels(gpu, instance, allocation.workload());
                    found.putIfAbsent(labels, new Entry(labels, OptionalDouble.empty(), OptionalDouble.empty(), 0));
                }
            }
        }
        return List.copyOf(found.values());
    }

    private static List<DeviceAllocation> given(HostSample host) {
        return host.allocations().value().orElse(List.of()).stream()
                .filter(WorkloadSeries::isOfRunningPod)
                .toList();
    }

    /** The kubelet takes devices back from a pod that has ended only when the next one comes. */
    static boolean isOfRunningPod(DeviceAllocation allocation) {
        return !allocation.isRegistration()
                && allocation.running().orElse(true)
                && allocation.pod().isPresent();
    }

    /** A UUID, also of a device that several share. */
    static String device(String deviceId) {
        return deviceId.contains("::") ? deviceId.substring(0, deviceId.indexOf("::")) : deviceId;
    }

    private static String instance(ComputeProcess process) {
        return process.gpuInstance().isPresent()
                ? Integer.toString(process.gpuInstance().getAsInt())
                : "";
    }

    /** The GPU instances that the kubelet gave; an empty one for the whole GPU. */
    private static Set<String> instances(DeviceAllocation allocation, GpuView gpu) {
        Set<String> given =
                allocation.deviceIds().stream().map(WorkloadSeries::device).collect(Collectors.toSet());
        Set<String> instances = new TreeSet<>();
        if (gpu.sample().identity().uuid().filter(given::contains).isPresent()) {
            instances.add("");
        }
        for (GpuView.MigView mig : gpu.migs()) {
            if (mig.device()
                    .readings()
                    .value(GpuQuantities.MIG_UUID)
                    .filter(given::contains)
                    .isPresent()) {
                instances.add(GpuView.text(mig.device().readings(), GpuQuantities.GPU_INSTANCE));
            }
        }
        return instances;
    }

    private static Labels labels(GpuView gpu, String instance, Workload workload) {
        Labels labels = gpu.labels().merge(labels(workload));
        return instance.isEmpty() ? labels : labels.add("gpu_instance", instance);
    }

    private static Labels labels(Workload workload) {
        return Labels.of(
                "workload_kind", workload.kind().name().toLowerCase(Locale.ROOT),
                "workload_name", GpuView.label(workload.name()),
                "workload_namespace", GpuView.label(workload.namespace().orElse("")),
                "workload_pod", GpuView.label(workload.pod().orElse("")),
                "workload_container", GpuView.label(workload.container().orElse("")));
    }
}
