package dev.gpudiag.agent.replay;

import static dev.gpudiag.agent.replay.SampleReader.list;
import static dev.gpudiag.agent.replay.SampleReader.reading;

import dev.gpudiag.telemetry.DeviceAllocation;
import dev.gpudiag.telemetry.Gap;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.ProcessCuda;
import dev.gpudiag.telemetry.ProcessCuda.MappedLibrary;
import dev.gpudiag.telemetry.ProcessCuda.Trace;
import dev.gpudiag.telemetry.ProcessCuda.VersionTrace;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Workload;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads the processes of a host from a recording; {@link HostWriter} is its mirror. */
final class HostReader {

    private HostReader() {}

    static HostSample read(JsonValue host) throws ReplayException {
        return new HostSample(
                reading(host.field("holders"), holders -> list(holders, HostReader::holder)),
                reading(host.field("allocations"), given -> list(given, HostReader::allocation)),
                list(host.field("gaps"), HostReader::gap),
                instant(host, "looked_at"),
                instant(host, "booted_at"));
    }

    private static Optional<Instant> instant(JsonValue host, String name) throws ReplayException {
        return host.optionalText(name).isPresent()
                ? Optional.of(host.field(name).asInstant())
                : Optional.empty();
    }

    private static GpuHolder holder(JsonValue holder) throws ReplayException {
        return new GpuHolder(
                holder.field("pid").asLong(),
                reading(holder.field("start_ticks"), JsonValue::asLong),
                reading(holder.field("state"), JsonValue::asText),
                reading(holder.field("command"), JsonValue::asText),
                reading(holder.field("command_line"), JsonValue::asText),
                reading(holder.field("user"), JsonValue::asText),
                reading(holder.field("open_devices"), devices -> list(devices, JsonValue::asText)),
                deviceAccess(holder),
                reading(holder.field("workload"), HostReader::workload),
                reading(holder.field("cuda"), HostReader::cuda));
    }

    /** Older recordings have none. */
    private static Reading<Boolean> deviceAccess(JsonValue holder) throws ReplayException {
        Optional<JsonValue> recorded = holder.optional("device_access");
        return recorded.isPresent()
                ? reading(recorded.get(), JsonValue::asBoolean)
                : Reading.notRead("not in this recording");
    }

    private static Workload workload(JsonValue workload) throws ReplayException {
        return new Workload(
                workload.field("kind").asEnum(Workload.Kind.class),
                workload.field("name").asText(),
                workload.optionalText("namespace"),
                workload.optionalText("pod"),
                workload.optionalText("pod_uid"),
                workload.optionalText("container"),
                workload.optionalText("container_id"),
                workload.optionalText("runtime"));
    }

    private static ProcessCuda cuda(JsonValue cuda) throws ReplayException {
        return new ProcessCuda(
                reading(cuda.field("versions"), traces -> list(traces, HostReader::trace)),
                reading(cuda.field("libraries"), libraries -> list(libraries, HostReader::library)),
                reading(cuda.field("environment"), HostReader::environment),
                reading(cuda.field("device_nodes"), nodes -> list(nodes, JsonValue::asText)));
    }

    private static VersionTrace trace(JsonValue trace) throws ReplayException {
        return new VersionTrace(
                trace.field("trace").asEnum(Trace.class),
                trace.field("version").asText(),
                trace.field("source").asText(),
                trace.field("value").asText());
    }

    private static MappedLibrary library(JsonValue library) throws ReplayException {
        return new MappedLibrary(
                library.field("path").asText(),
                library.field("version").asText(),
                library.field("deleted").asBoolean());
    }

    private static Map<String, String> environment(JsonValue variables) throws ReplayException {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String name : variables.names()) {
            environment.put(name, variables.field(name).asText());
        }
        return Map.copyOf(environment);
    }

    private static DeviceAllocation allocation(JsonValue allocation) throws ReplayException {
        return new DeviceAllocation(
                allocation.field("pod_uid").asText(),
                allocation.field("container").asText(),
                allocation.field("resource").asText(),
                list(allocation.field("device_ids"), JsonValue::asText));
    }

    private static Gap gap(JsonValue gap) throws ReplayException {
        return new Gap(
                gap.field("reason").asEnum(Reading.Reason.class),
                gap.field("source").asText(),
                gap.field("detail").asText());
    }
}
