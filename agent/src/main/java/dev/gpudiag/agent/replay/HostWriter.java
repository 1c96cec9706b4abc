package dev.gpudiag.agent.replay;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.gpudiag.telemetry.DeviceAllocation;
import dev.gpudiag.telemetry.Gap;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.ProcessCuda;
import dev.gpudiag.telemetry.ProcessCuda.MappedLibrary;
import dev.gpudiag.telemetry.ProcessCuda.VersionTrace;
import dev.gpudiag.telemetry.Workload;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** Writes the processes of a host as part of a recording; {@link HostReader} is its mirror. */
final class HostWriter {

    private final JsonGenerator json;
    private final SampleWriter sample;

    HostWriter(JsonGenerator json, SampleWriter sample) {
        this.json = json;
        this.sample = sample;
    }

    void write(HostSample host) throws IOException {
        json.writeObjectFieldStart("host");
        sample.reading("holders", host.holders(), holders -> sample.list(holders, this::holder));
        sample.reading("allocations", host.allocations(), given -> sample.list(given, this::allocation));
        json.writeFieldName("gaps");
        sample.list(host.gaps(), this::gap);
        sample.optional("looked_at", host.lookedAt().map(Instant::toString));
        sample.optional("booted_at", host.bootedAt().map(Instant::toString));
        json.writeEndObject();
    }

    private void holder(GpuHolder holder) throws IOException {
        json.writeStartObject();
        json.writeNumberField("pid", holder.pid());
        sample.reading("start_ticks", holder.startTicks(), json::writeNumber);
        sample.reading("state", holder.state(), json::writeString);
        sample.reading("command", holder.command(), json::writeString);
        sample.reading("command_line", holder.commandLine(), json::writeString);
        sample.reading("user", holder.user(), json::writeString);
        sample.reading("open_devices", holder.openDevices(), devices -> sample.list(devices, json::writeString));
        sample.reading("device_access", holder.deviceAccess(), json::writeBoolean);
        sample.reading("workload", holder.workload(), this::workload);
        sample.reading("cuda", holder.cuda(), this::cuda);
        json.writeEndObject();
    }

    private void workload(Workload workload) throws IOException {
        json.writeStartObject();
        json.writeStringField("kind", workload.kind().name());
        json.writeStringField("name", workload.name());
        sample.optional("namespace", workload.namespace());
        sample.optional("pod", workload.pod());
        sample.optional("pod_uid", workload.podUid());
        sample.optional("container", workload.container());
        sample.optional("container_id", workload.containerId());
        sample.optional("runtime", workload.runtime());
        json.writeEndObject();
    }

    private void cuda(ProcessCuda cuda) throws IOException {
        json.writeStartObject();
        sample.reading("versions", cuda.versions(), traces -> sample.list(traces, this::trace));
        sample.reading("libraries", cuda.libraries(), libraries -> sample.list(libraries, this::library));
        sample.reading("environment", cuda.environment(), this::environment);
        sample.reading("device_nodes", cuda.deviceNodes(), nodes -> sample.list(nodes, json::writeString));
        json.writeEndObject();
    }

    private void trace(VersionTrace trace) throws IOException {
        json.writeStartObject();
        json.writeStringField("trace", trace.trace().name());
        json.writeStringField("version", trace.version());
        json.writeStringField("source", trace.source());
        json.writeStringField("value", trace.value());
        json.writeEndObject();
    }

    private void library(MappedLibrary library) throws IOException {
        json.writeStartObject();
        json.writeStringField("path", library.path());
        json.writeStringField("version", library.version());
        json.writeBooleanField("deleted", library.deleted());
        json.writeEndObject();
    }

    private void environment(Map<String, String> variables) throws IOException {
        json.writeStartObject();
        for (Map.Entry<String, String> variable : new TreeMap<>(variables).entrySet()) {
            json.writeStringField(variable.getKey(), variable.getValue());
        }
        json.writeEndObject();
    }

    private void allocation(DeviceAllocation allocation) throws IOException {
        json.writeStartObject();
        json.writeStringField("pod_uid", allocation.podUid());
        json.writeStringField("container", allocation.container());
        json.writeStringField("resource", allocation.resource());
        json.writeFieldName("device_ids");
        sample.list(allocation.deviceIds(), json::writeString);
        json.writeEndObject();
    }

    private void gap(Gap gap) throws IOException {
        json.writeStartObject();
        json.writeStringField("reason", gap.cause().name());
        json.writeStringField("source", gap.source());
        json.writeStringField("detail", gap.detail());
        json.writeEndObject();
    }
}
