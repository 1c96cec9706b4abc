package dev.gpudiag.agent.metrics;

import dev.gpudiag.telemetry.DeviceAllocation;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.Workload;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A GPU, or a MIG instance of one, as dcgm-exporter labels it.
 *
 * @param instance whether it is a MIG instance
 * @param split whether it is a GPU that MIG instances share
 * @param labels one set; one for each pod where the kubelet gave the device to several
 */
record DcgmSubject(GpuView gpu, Readings readings, boolean instance, boolean split, List<Labels> labels) {

    static final List<String> LABELS = List.of(
            "gpu",
            "UUID",
            "pci_bus_id",
            "device",
            "modelName",
            "Hostname",
            "DCGM_FI_DRIVER_VERSION",
            "namespace",
            "pod",
            "container");
    static final List<String> INSTANCE_LABELS = List.of("GPU_I_PROFILE", "GPU_I_ID");

    /** A device that is shared among more pods than these names those. */
    private static final int MOST_PODS = 16;

    /** The GPUs that answer, and the instances of those that MIG splits. */
    static List<DcgmSubject> of(NodeSample sample, List<GpuView> gpus) {
        Map<Long, Workload> byPid = pods(sample);
        List<DcgmSubject> subjects = new ArrayList<>();
        for (GpuView gpu : gpus) {
            if (!gpu.answers()) {
                continue;
            }
            Labels labels = labels(sample, gpu);
            boolean split = !gpu.migs().isEmpty();
            List<Workload> pods = split ? List.of() : podsOf(gpu, sample, byPid);
            subjects.add(new DcgmSubject(gpu, gpu.sample().readings(), false, split, with(labels, pods)));
            instances(gpu)
                    .forEach((id, mig) -> subjects.add(new DcgmSubject(
                            gpu,
                            mig.device().readings(),
                            true,
                            false,
                            with(
                                    labels.merge(Labels.of(
                                            "GPU_I_PROFILE",
                                            GpuView.text(mig.device().readings(), GpuQuantities.MIG_PROFILE),
                                            "GPU_I_ID",
                                            id)),
                                    podsOf(gpu, id, sample, byPid)))));
        }
        return subjects;
    }

    /** The first compute instance of each GPU instance: they share its memory. */
    private static Map<String, GpuView.MigView> instances(GpuView gpu) {
        Map<String, GpuView.MigView> byId = new LinkedHashMap<>();
        gpu.migs()
                .forEach(mig ->
                        byId.putIfAbsent(GpuView.text(mig.device().readings(), GpuQuantities.GPU_INSTANCE), mig));
        return byId;
    }

    private static Labels labels(NodeSample sample, GpuView gpu) {
        GpuIdentity identity = gpu.sample().identity();
        String minor = GpuView.text(gpu.sample().readings(), GpuQuantities.MINOR_NUMBER);
        return Labels.of(
                "gpu", Integer.toString(identity.index()),
                "UUID", GpuView.label(identity.uuid().orElse("")),
                "pci_bus_id", identity.pciBusId().map(DcgmSubject::nvmlBusId).orElse(""),
                "device", "nvidia" + (minor.isEmpty() ? Integer.toString(identity.index()) : minor),
                "modelName", GpuView.label(identity.name().orElse("")),
                "Hostname", GpuView.text(sample.driver().readings(), HostQuantities.HOSTNAME),
                "DCGM_FI_DRIVER_VERSION", GpuView.text(sample.driver().readings(), HostQuantities.DRIVER_VERSION));
    }

    /** Such as {@code 00000000:65:00.0}. */
    private static String nvmlBusId(String sysfs) {
        String upper = GpuView.label(sysfs).toUpperCase(Locale.ROOT);
        int colon = upper.indexOf(':');
        return colon < 0 || colon >= 8 ? upper : "0".repeat(8 - colon) + upper;
    }

    private static List<Labels> with(Labels labels, List<Workload> pods) {
        return pods.isEmpty()
                ? List.of(labels)
                : pods.stream()
                        .map(pod -> labels.merge(Labels.of(
                                "namespace", GpuView.label(pod.namespace().orElse("")),
                                "pod", GpuView.label(pod.pod().orElse("")),
                                "container", GpuView.label(pod.container().orElse("")))))
                        .toList();
    }

    private static Map<Long, Workload> pods(NodeSample sample) {
        return sample.host().holders().value().orElse(List.of()).stream()
                .filter(holder -> holder.knownWorkload().flatMap(Workload::pod).isPresent())
                .collect(Collectors.toMap(
                        holder -> holder.pid(), holder -> holder.knownWorkload().orElseThrow(), (a, b) -> a));
    }

    /** Those that the kubelet gave the GPU to; where it gave it to nobody, those whose processes hold it. */
    private static List<Workload> podsOf(GpuView gpu, NodeSample sample, Map<Long, Workload> byPid) {
        List<Workload> given = given(sample, gpu.sample().identity().uuid());
        return given.isEmpty() ? holding(gpu, Optional.empty(), byPid) : given;
    }

    private static List<Workload> podsOf(GpuView gpu, String instance, NodeSample sample, Map<Long, Workload> byPid) {
        Set<Workload> given = new LinkedHashSet<>();
        for (GpuView.MigView mig : gpu.migs()) {
            if (GpuView.text(mig.device().readings(), GpuQuantities.GPU_INSTANCE)
                    .equals(instance)) {
                given.addAll(given(sample, mig.device().readings().value(GpuQuantities.MIG_UUID)));
            }
        }
        return given.isEmpty() ? holding(gpu, Optional.of(instance), byPid) : List.copyOf(given);
    }

    private static List<Workload> given(NodeSample sample, Optional<String> uuid) {
        return uuid.map(id -> distinct(sample.host().allocations().value().orElse(List.of()).stream()
                        .filter(allocation -> WorkloadSeries.isOfRunningPod(allocation))
                        .filter(allocation -> allocation.deviceIds().stream()
                                .anyMatch(given -> WorkloadSeries.device(given).equals(id)))
                        .map(DeviceAllocation::workload)
                        .toList()))
                .orElse(List.of());
    }

    private static List<Workload> holding(GpuView gpu, Optional<String> instance, Map<Long, Workload> byPid) {
        return distinct(gpu.sample().processes().value().orElse(List.of()).stream()
                .filter(process -> instance.isEmpty()
                        || (process.gpuInstance().isPresent()
                                && Integer.toString(process.gpuInstance().getAsInt())
                                        .equals(instance.get())))
                .map(process -> byPid.get(process.pid()))
                .filter(Objects::nonNull)
                .toList());
    }

    private static List<Workload> distinct(List<Workload> pods) {
        return pods.stream()
                .collect(Collectors.toMap(
                        pod -> List.of(pod.namespace(), pod.pod(), pod.container()),
                        pod -> pod,
                        (a, b) -> a,
                        LinkedHashMap::new))
                .values()
                .stream()
                .limit(MOST_PODS)
                .toList();
    }
}
