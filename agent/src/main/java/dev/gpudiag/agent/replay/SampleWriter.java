package dev.gpudiag.agent.replay;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.DeviceNode;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.RdmaState;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Missing;
import dev.gpudiag.telemetry.Reading.Value;
import dev.gpudiag.telemetry.Readings;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Writes a sample as the JSON of {@link Recording}; {@link SampleReader} is its mirror. */
final class SampleWriter {

    /** Writes the content of a value. */
    interface Content<T> {
        void write(T content) throws IOException;
    }

    private final JsonGenerator json;

    SampleWriter(JsonGenerator json) {
        this.json = json;
    }

    void write(NodeSample sample, String gpudiagVersion) throws IOException {
        json.writeStartObject();
        json.writeNumberField("schema_version", Recording.SCHEMA_VERSION);
        json.writeStringField("kind", Recording.KIND);
        json.writeStringField("gpudiag_version", gpudiagVersion);
        json.writeStringField("taken_at", sample.takenAt().toString());
        json.writeObjectFieldStart("source");
        json.writeStringField("kind", sample.source().kind().name());
        json.writeStringField("detail", sample.source().detail());
        json.writeEndObject();
        driver(sample.driver());
        json.writeArrayFieldStart("gpus");
        for (GpuSample gpu : sample.gpus()) {
            gpu(gpu);
        }
        json.writeEndArray();
        if (!sample.host().equals(HostSample.notRead())) {
            new HostWriter(json, this).write(sample.host());
        }
        if (!sample.rdma().equals(RdmaState.notRead())) {
            RecordedRdma.write(sample.rdma(), json, this);
        }
        json.writeEndObject();
    }

    private void driver(DriverState driver) throws IOException {
        json.writeObjectFieldStart("driver");
        reading("nvml", driver.nvml(), json::writeBoolean);
        readings("readings", driver.readings());
        reading("pci_devices", driver.pciDevices(), devices -> list(devices, this::pciDevice));
        reading("device_nodes", driver.deviceNodes(), nodes -> list(nodes, this::deviceNode));
        json.writeEndObject();
    }

    private void pciDevice(PciDevice device) throws IOException {
        json.writeStartObject();
        json.writeStringField("address", device.address());
        json.writeNumberField("vendor_id", device.vendorId());
        json.writeNumberField("device_id", device.deviceId());
        json.writeNumberField("class_code", device.classCode());
        optional("driver", device.driver());
        json.writeEndObject();
    }

    private void deviceNode(DeviceNode node) throws IOException {
        json.writeStartObject();
        json.writeStringField("path", node.path());
        json.writeStringField("kind", node.kind().name());
        json.writeNumberField("major", node.major());
        json.writeNumberField("minor", node.minor());
        json.writeBooleanField("accessible", node.accessible());
        json.writeEndObject();
    }

    private void gpu(GpuSample gpu) throws IOException {
        GpuIdentity identity = gpu.identity();
        json.writeStartObject();
        json.writeNumberField("index", identity.index());
        optional("uuid", identity.uuid());
        optional("pci_bus_id", identity.pciBusId());
        optional("name", identity.name());
        json.writeStringField("taken_at", gpu.takenAt().toString());
        json.writeObjectFieldStart("condition");
        json.writeStringField("state", gpu.condition().state().name());
        json.writeStringField("detail", gpu.condition().detail());
        json.writeEndObject();
        readings("readings", gpu.readings());
        json.writeArrayFieldStart("nvlinks");
        for (Readings link : gpu.nvlinks()) {
            json.writeStartObject();
            readings("readings", link);
            json.writeEndObject();
        }
        json.writeEndArray();
        reading("processes", gpu.processes(), processes -> list(processes, this::process));
        reading("mig_devices", gpu.migDevices(), devices -> list(devices, this::migDevice));
        json.writeEndObject();
    }

    private void process(ComputeProcess process) throws IOException {
        json.writeStartObject();
        json.writeNumberField("pid", process.pid());
        json.writeStringField("type", process.type().name());
        optional("name", process.name());
        optional("gpu_instance", process.gpuInstance());
        optional("compute_instance", process.computeInstance());
        reading("used_memory_bytes", process.usedMemoryBytes(), json::writeNumber);
        reading("sm_utilization_ratio", process.smUtilizationRatio(), json::writeNumber);
        json.writeEndObject();
    }

    private void migDevice(MigDevice device) throws IOException {
        json.writeStartObject();
        json.writeNumberField("index", device.index());
        readings("readings", device.readings());
        json.writeEndObject();
    }

    private void readings(String name, Readings readings) throws IOException {
        Map<Quantity<?>, Reading<?>> all = new LinkedHashMap<>();
        readings.forEach(all::put);
        json.writeObjectFieldStart(name);
        for (Map.Entry<Quantity<?>, Reading<?>> entry : all.entrySet()) {
            reading(entry.getKey().id(), entry.getValue(), this::scalar);
        }
        json.writeEndObject();
    }

    private void scalar(Object content) throws IOException {
        switch (content) {
            case Long number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            case Boolean flag -> json.writeBoolean(flag);
            case String text -> json.writeString(text);
            default -> throw new IllegalArgumentException("a quantity of type " + content.getClass());
        }
    }

    <T> void reading(String name, Reading<? extends T> reading, Content<T> content) throws IOException {
        json.writeObjectFieldStart(name);
        switch (reading) {
            case Value<? extends T> value
            when value.content() instanceof Double number && !Double.isFinite(number) ->
                missing(value.source(), Reading.Reason.FAILED, "not a finite number: " + number);
            case Value<? extends T> value -> {
                json.writeFieldName("value");
                content.write(value.content());
                json.writeStringField("source", value.source());
            }
            case Missing<? extends T> missing -> {
                missing(missing.source(), missing.cause(), missing.detail());
                if (missing.code().isPresent()) {
                    json.writeNumberField("code", missing.code().getAsInt());
                }
            }
        }
        json.writeEndObject();
    }

    private void missing(String source, Reading.Reason reason, String detail) throws IOException {
        json.writeNullField("value");
        json.writeStringField("reason", reason.name());
        json.writeStringField("source", source);
        json.writeStringField("detail", detail);
    }

    <T> void list(List<T> items, Content<T> content) throws IOException {
        json.writeStartArray();
        for (T item : items) {
            content.write(item);
        }
        json.writeEndArray();
    }

    void optional(String name, Optional<String> text) throws IOException {
        json.writeFieldName(name);
        if (text.isPresent()) {
            json.writeString(text.get());
        } else {
            json.writeNull();
        }
    }

    private void optional(String name, OptionalInt number) throws IOException {
        json.writeFieldName(name);
        if (number.isPresent()) {
            json.writeNumber(number.getAsInt());
        } else {
            json.writeNull();
        }
    }
}
