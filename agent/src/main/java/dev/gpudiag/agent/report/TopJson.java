package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.telemetry.ClockEventReason;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** GPUs and processes of one sample as one JSON document, described by {@code top.schema.json}. */
public final class TopJson {

    /** Version of the document's form. */
    public static final int SCHEMA_VERSION = 1;

    private static final List<Quantity<?>> GPU = List.of(
            GpuQuantities.UTILIZATION_GPU,
            GpuQuantities.MEMORY_USED,
            GpuQuantities.MEMORY_TOTAL,
            GpuQuantities.TEMPERATURE_GPU,
            GpuQuantities.POWER_USAGE,
            GpuQuantities.POWER_LIMIT_ENFORCED,
            GpuQuantities.CLOCK_SM);

    private static final List<Quantity<?>> MIG = List.of(
            GpuQuantities.GPU_INSTANCE,
            GpuQuantities.COMPUTE_INSTANCE,
            GpuQuantities.MIG_PROFILE,
            GpuQuantities.MEMORY_USED,
            GpuQuantities.MEMORY_TOTAL);

    /**
     * A process on a GPU.
     *
     * @param fresh whether its figures were read with the sample
     */
    public record Row(GpuSample gpu, ComputeProcess process, Optional<GpuHolder> holder, boolean fresh) {}

    private TopJson() {}

    /**
     * One document of what the screen shows.
     *
     * @param processes those that are shown, in their order
     */
    public static ObjectNode of(NodeSample sample, List<Row> processes) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("schema_version", SCHEMA_VERSION);
        root.put("taken_at", sample.takenAt().toString());
        root.put("source", sample.source().kind().name());
        root.put("source_detail", sample.source().detail());
        JsonValues.put(root, "host", sample.driver().get(HostQuantities.HOSTNAME));
        root.put("driver_usable", sample.driver().usable());
        if (!sample.driver().usable()) {
            root.put("driver_usable_reason", sample.driver().nvml().describe());
        }
        ArrayNode gpus = root.putArray("gpus");
        sample.gpus().forEach(gpu -> gpu(gpus.addObject(), gpu));
        ArrayNode rows = root.putArray("processes");
        processes.forEach(row -> process(rows.addObject(), row));
        ArrayNode gaps = root.putArray("gaps");
        sample.host().gaps().forEach(gap -> gaps.add(gap.detail()));
        return root;
    }

    private static void gpu(ObjectNode json, GpuSample gpu) {
        String why = gpu.condition().detail();
        json.put("index", gpu.identity().index());
        JsonValues.put(json, "uuid", gpu.identity().uuid(), why);
        JsonValues.put(json, "pci_bus_id", gpu.identity().pciBusId(), why);
        JsonValues.put(json, "name", gpu.identity().name(), why);
        json.put("state", gpu.condition().state().name());
        json.put("state_detail", why);
        json.put("read_at", gpu.takenAt().toString());
        GPU.forEach(quantity -> JsonValues.put(json, quantity.id(), gpu.get(quantity)));
        Reading<Long> mask = gpu.get(GpuQuantities.CLOCK_EVENT_REASONS);
        if (mask.isPresent()) {
            ArrayNode reasons = json.putArray("clock_event_reasons");
            ClockEventReason.of(mask.value().orElseThrow()).forEach(reason -> reasons.add(reason.name()));
        } else {
            JsonValues.put(json, "clock_event_reasons", mask);
        }
        JsonValues.put(json, "process_count", gpu.processes().map(processes -> (long) processes.size()));
        ArrayNode devices = json.putArray("mig_devices");
        gpu.migDevices().value().orElse(List.of()).forEach(device -> mig(devices.addObject(), device));
    }

    private static void mig(ObjectNode json, MigDevice device) {
        json.put("index", device.index());
        MIG.forEach(quantity ->
                JsonValues.put(json, quantity.id(), device.readings().get(quantity)));
    }

    private static void process(ObjectNode json, Row row) {
        ComputeProcess process = row.process();
        json.put("gpu", row.gpu().identity().index());
        row.gpu().identity().uuid().ifPresent(uuid -> json.put("gpu_uuid", uuid));
        process.gpuInstance().ifPresent(instance -> json.put("gpu_instance", instance));
        process.computeInstance().ifPresent(instance -> json.put("compute_instance", instance));
        json.put("pid", process.pid());
        json.put("type", process.type().name());
        Reading<Object> silent = Reading.notRead("its GPU has not answered since the sample before");
        JsonValues.put(json, "used_memory_bytes", row.fresh() ? process.usedMemoryBytes() : silent);
        JsonValues.put(json, "sm_utilization_ratio", row.fresh() ? process.smUtilizationRatio() : silent);
        JsonValues.put(json, "user", of(row, GpuHolder::user));
        JsonValues.put(json, "state", of(row, GpuHolder::state));
        JsonValues.put(json, "command", of(row, GpuHolder::command));
        JsonValues.put(json, "command_line", of(row, GpuHolder::commandLine));
        row.holder()
                .flatMap(GpuHolder::knownWorkload)
                .ifPresentOrElse(
                        workload -> JsonReport.workload(json.putObject("workload"), workload),
                        () -> JsonValues.put(json, "workload", of(row, GpuHolder::workload)));
    }

    private static <T> Reading<T> of(Row row, Function<GpuHolder, Reading<T>> value) {
        return row.holder().map(value).orElse(Reading.notRead("the host does not show this process"));
    }
}
