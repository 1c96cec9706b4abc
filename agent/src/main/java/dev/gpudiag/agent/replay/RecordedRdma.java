package dev.gpudiag.agent.replay;

import static dev.gpudiag.agent.replay.SampleReader.list;
import static dev.gpudiag.agent.replay.SampleReader.reading;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.gpudiag.telemetry.InfinibandPort;
import dev.gpudiag.telemetry.RdmaState;
import java.io.IOException;

/** Writes and reads the network adapters of a node as part of a recording. */
final class RecordedRdma {

    private RecordedRdma() {}

    static void write(RdmaState rdma, JsonGenerator json, SampleWriter sample) throws IOException {
        json.writeObjectFieldStart("rdma");
        sample.reading("ports", rdma.ports(), ports -> sample.list(ports, port -> writePort(port, json, sample)));
        sample.reading("peermem_loaded", rdma.peermemLoaded(), json::writeBoolean);
        sample.reading("peermem_registered", rdma.peermemRegistered(), json::writeBoolean);
        json.writeEndObject();
    }

    private static void writePort(InfinibandPort port, JsonGenerator json, SampleWriter sample) throws IOException {
        json.writeStartObject();
        json.writeStringField("device", port.device());
        json.writeNumberField("port", port.number());
        sample.reading("state", port.state(), json::writeString);
        sample.reading("physical_state", port.physicalState(), json::writeString);
        sample.reading("rate_gigabits", port.rateGigabits(), json::writeNumber);
        sample.reading("link_layer", port.linkLayer(), json::writeString);
        sample.reading("link_downed", port.linkDowned(), json::writeNumber);
        json.writeEndObject();
    }

    static RdmaState read(JsonValue rdma) throws ReplayException {
        return new RdmaState(
                reading(rdma.field("ports"), ports -> list(ports, RecordedRdma::port)),
                reading(rdma.field("peermem_loaded"), JsonValue::asBoolean),
                reading(rdma.field("peermem_registered"), JsonValue::asBoolean));
    }

    private static InfinibandPort port(JsonValue port) throws ReplayException {
        return new InfinibandPort(
                port.field("device").asText(),
                port.field("port").asInt(),
                reading(port.field("state"), JsonValue::asText),
                reading(port.field("physical_state"), JsonValue::asText),
                reading(port.field("rate_gigabits"), JsonValue::asDouble),
                reading(port.field("link_layer"), JsonValue::asText),
                reading(port.field("link_downed"), JsonValue::asLong));
    }
}
