package dev.gpudiag.agent.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.report.JsonReport;
import dev.gpudiag.agent.report.JsonValues;
import dev.gpudiag.checks.Report;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * {@code /api/v1/processes}: who holds the GPUs, from what the driver lists and what the host shows.
 *
 * <p>Names of programs, users and pods are hostile text and as private as the node wants them; command lines stay out.
 */
final class ProcessDocument {

    /** The most processes that are listed; what is beyond is counted. */
    static final int MOST = 2_000;

    private ProcessDocument() {}

    /** A process on one GPU. */
    private record Use(GpuSample gpu, ComputeProcess process) {}

    static ObjectNode of(Report report) {
        Map<Long, List<Use>> listed = new TreeMap<>();
        for (GpuSample gpu : report.sample().gpus()) {
            for (ComputeProcess process : gpu.processes().value().orElse(List.of())) {
                listed.computeIfAbsent(process.pid(), pid -> new ArrayList<>()).add(new Use(gpu, process));
            }
        }
        Reading<List<GpuHolder>> seen = report.sample().host().holders();
        Map<Long, GpuHolder> holders = new TreeMap<>();
        seen.value().orElse(List.of()).forEach(holder -> holders.put(holder.pid(), holder));
        TreeSet<Long> pids = new TreeSet<>(listed.keySet());
        pids.addAll(holders.keySet());
        ObjectNode root = Api.begun().put("taken_at", report.sample().takenAt().toString());
        if (!seen.isPresent()) {
            root.put("host_reason", seen.describe());
        }
        ArrayNode processes = root.putArray("processes");
        pids.stream()
                .limit(MOST)
                .forEach(pid -> process(
                        processes.addObject().put("pid", pid),
                        listed.getOrDefault(pid, List.of()),
                        holders.get(pid),
                        seen));
        root.put("dropped", Math.max(0, pids.size() - MOST));
        return root;
    }

    private static void process(ObjectNode json, List<Use> uses, GpuHolder holder, Reading<List<GpuHolder>> seen) {
        String reason = seen.isPresent() ? "the host has no such process" : seen.describe();
        if (holder == null) {
            for (String key : List.of("command", "user", "state")) {
                json.putNull(key).put(key + "_reason", reason);
            }
        } else {
            JsonValues.put(json, "command", holder.command());
            JsonValues.put(json, "user", holder.user());
            JsonValues.put(json, "state", holder.state());
            holder.knownWorkload().ifPresent(workload -> json.set("workload", JsonReport.workload(workload)));
            ArrayNode devices = json.putArray("open_devices");
            holder.openDevices().value().orElse(List.of()).forEach(devices::add);
        }
        ArrayNode gpus = json.putArray("gpus");
        for (Use use : uses) {
            ObjectNode entry = gpus.addObject().put("gpu", use.gpu().identity().index());
            use.gpu().identity().uuid().ifPresent(uuid -> entry.put("uuid", uuid));
            entry.put("type", use.process().type().name());
            use.process().name().ifPresent(name -> entry.put("name", name));
            use.process().gpuInstance().ifPresent(id -> entry.put("gpu_instance", id));
            use.process().computeInstance().ifPresent(id -> entry.put("compute_instance", id));
            JsonValues.put(entry, "memory_used_bytes", use.process().usedMemoryBytes());
            JsonValues.put(entry, "sm_utilization_ratio", use.process().smUtilizationRatio());
        }
    }
}
