package dev.gpudiag.agent.replay;

import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.DeviceNode;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.RdmaState;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;

/** Reads a sample from the JSON of {@link Recording}; {@link SampleWriter} is its mirror. */
final class SampleReader {

    /** Reads the content of a value. */
    interface Content<T> {
        T read(JsonValue value) throws ReplayException;
    }

    private final Consumer<String> warnings;

    SampleReader(Consumer<String> warnings) {
        this.warnings = warnings;
    }

    NodeSample read(JsonValue document) throws ReplayException {
        JsonValue source = document.field("source");
        return new NodeSample(
                document.field("taken_at").asInstant(),
                new SampleSource(
                        source.field("kind").asEnum(SampleSource.Kind.class),
                        source.field("detail").asText()),
                driver(document.field("driver")),
                list(document.field("gpus"), this::gpu),
                host(document.optional("host")),
                List.of(),
                rdma(document.optional("rdma")));
    }

    /** Recordings of nodes whose adapters nobody looked at have none. */
    private static RdmaState rdma(Optional<JsonValue> rdma) throws ReplayException {
        return rdma.isPresent() ? RecordedRdma.read(rdma.get()) : RdmaState.notRead();
    }

    private static HostSample host(Optional<JsonValue> host) throws ReplayException {
        return host.isPresent() ? HostReader.read(host.get()) : HostSample.notRead();
    }

    private DriverState driver(JsonValue driver) throws ReplayException {
        return new DriverState(
                reading(driver.field("nvml"), JsonValue::asBoolean),
                readings(driver.field("readings"), HostQuantities::byId),
                reading(driver.field("pci_devices"), devices -> list(devices, this::pciDevice)),
                reading(driver.field("device_nodes"), nodes -> list(nodes, this::deviceNode)));
    }

    private PciDevice pciDevice(JsonValue device) throws ReplayException {
        return new PciDevice(
                device.field("address").asText(),
                device.field("vendor_id").asInt(),
                device.field("device_id").asInt(),
                device.field("class_code").asInt(),
                device.optionalText("driver"));
    }

    private DeviceNode deviceNode(JsonValue node) throws ReplayException {
        return new DeviceNode(
                node.field("path").asText(),
                node.field("kind").asEnum(DeviceNode.Kind.class),
                node.field("major").asInt(),
                node.field("minor").asInt(),
                node.field("accessible").asBoolean());
    }

    private GpuSample gpu(JsonValue gpu) throws ReplayException {
        JsonValue condition = gpu.field("condition");
        return new GpuSample(
                new GpuIdentity(
                        gpu.field("index").asInt(),
                        gpu.optionalText("uuid"),
                        gpu.optionalText("pci_bus_id"),
                        gpu.optionalText("name")),
                gpu.field("taken_at").asInstant(),
                new GpuCondition(
                        condition.field("state").asEnum(GpuCondition.State.class),
                        condition.field("detail").asText()),
                readings(gpu.field("readings"), GpuQuantities::byId),
                list(gpu.field("nvlinks"), link -> readings(link.field("readings"), GpuQuantities::byId)),
                reading(gpu.field("processes"), processes -> list(processes, this::process)),
                reading(gpu.field("mig_devices"), devices -> list(devices, this::migDevice)));
    }

    private ComputeProcess process(JsonValue process) throws ReplayException {
        return new ComputeProcess(
                process.field("pid").asLong(),
                process.field("type").asEnum(ComputeProcess.Type.class),
                process.optionalText("name"),
                process.optionalInt("gpu_instance"),
                process.optionalInt("compute_instance"),
                reading(process.field("used_memory_bytes"), JsonValue::asLong),
                reading(process.field("sm_utilization_ratio"), JsonValue::asDouble));
    }

    private MigDevice migDevice(JsonValue device) throws ReplayException {
        return new MigDevice(device.field("index").asInt(), readings(device.field("readings"), GpuQuantities::byId));
    }

    private Readings readings(JsonValue object, Function<String, Optional<Quantity<?>>> byId) throws ReplayException {
        Readings.Builder builder = Readings.builder();
        for (String id : object.names()) {
            Optional<Quantity<?>> quantity = byId.apply(id);
            if (quantity.isPresent()) {
                put(quantity.get(), object.field(id), builder);
            } else {
                warnings.accept(object.where() + "." + id + " is not known to this version and was left out");
            }
        }
        return builder.build();
    }

    private static <T> void put(Quantity<T> quantity, JsonValue value, Readings.Builder builder)
            throws ReplayException {
        builder.put(quantity, reading(value, content -> scalar(quantity.type(), content)));
    }

    private static <T> T scalar(Class<T> type, JsonValue value) throws ReplayException {
        Object content;
        if (type == Long.class) {
            content = value.asLong();
        } else if (type == Double.class) {
            content = value.asDouble();
        } else if (type == Boolean.class) {
            content = value.asBoolean();
        } else {
            content = value.asText();
        }
        return type.cast(content);
    }

    static <T> Reading<T> reading(JsonValue object, Content<T> content) throws ReplayException {
        String source = object.field("source").asText();
        Optional<JsonValue> value = object.optional("value");
        if (value.isPresent()) {
            return Reading.of(content.read(value.get()), source);
        }
        Reason reason = object.field("reason").asEnum(Reason.class);
        OptionalInt code = object.optionalInt("code");
        return new Reading.Missing<>(reason, source, object.textOr("detail", ""), code);
    }

    static <T> List<T> list(JsonValue array, Content<T> content) throws ReplayException {
        List<T> items = new ArrayList<>();
        for (JsonValue item : array.items()) {
            items.add(content.read(item));
        }
        return List.copyOf(items);
    }
}
