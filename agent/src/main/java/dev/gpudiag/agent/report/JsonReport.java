package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Workload;
import java.util.List;

/**
 * A report as one JSON document, described by {@code check.schema.json}.
 *
 * <p>Numbers are in base units. A key whose value could not be had is null, and {@code <key>_reason} beside it says why;
 * it is there only then. Keys are public: they are added, never renamed, within one {@link #SCHEMA_VERSION}.
 */
public final class JsonReport {

    /** Version of the document's form. */
    public static final int SCHEMA_VERSION = 1;

    private static final List<Quantity<?>> DRIVER = List.of(
            HostQuantities.DRIVER_VERSION,
            HostQuantities.NVML_VERSION,
            HostQuantities.CUDA_DRIVER_VERSION,
            HostQuantities.MODULE_LOADED,
            HostQuantities.MODULE_VERSION,
            HostQuantities.MODULE_FLAVOUR,
            HostQuantities.LIBRARY_PATH,
            HostQuantities.LIBRARY_VERSION,
            HostQuantities.KERNEL_RELEASE);

    private static final List<Quantity<?>> GPU = List.of(
            GpuQuantities.MEMORY_TOTAL,
            GpuQuantities.MEMORY_USED,
            GpuQuantities.MEMORY_FREE,
            GpuQuantities.UTILIZATION_GPU,
            GpuQuantities.TEMPERATURE_GPU,
            GpuQuantities.POWER_USAGE,
            GpuQuantities.POWER_LIMIT_ENFORCED,
            GpuQuantities.ECC_VOLATILE_UNCORRECTED,
            GpuQuantities.ECC_VOLATILE_CORRECTED,
            GpuQuantities.MIG_MODE,
            GpuQuantities.ARCHITECTURE,
            GpuQuantities.COMPUTE_CAPABILITY,
            GpuQuantities.SERIAL,
            GpuQuantities.VBIOS_VERSION);

    private JsonReport() {}

    public static ObjectNode of(Report report, ReportContext context) {
        NodeSample sample = report.sample();
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("schema_version", SCHEMA_VERSION);
        root.put("gpudiag_version", context.version());
        root.put("taken_at", sample.takenAt().toString());
        root.put("duration_seconds", context.elapsed().toMillis() / 1000.0);
        root.put("source", sample.source().kind().name());
        root.put("source_detail", sample.source().detail());
        JsonValues.put(root, "host", sample.driver().get(HostQuantities.HOSTNAME));
        ArrayNode warnings = root.putArray("warnings");
        context.warnings().forEach(warnings::add);
        driver(root.putObject("driver"), sample.driver());
        ArrayNode gpus = root.putArray("gpus");
        sample.gpus().forEach(gpu -> gpu(gpus.addObject(), gpu));
        ArrayNode checks = root.putArray("checks");
        report.results().forEach(result -> check(checks.addObject(), result, report));
        coverage(root.putObject("coverage"), report);
        root.put("verdict", report.verdict().name());
        root.put("exit_code", context.exitCode());
        return root;
    }

    private static void driver(ObjectNode json, DriverState driver) {
        json.put("usable", driver.usable());
        if (!driver.usable()) {
            json.put("usable_reason", driver.nvml().describe());
        }
        for (Quantity<?> quantity : DRIVER) {
            JsonValues.put(json, quantity.id(), driver.get(quantity));
        }
    }

    /** One GPU as a report shows it. */
    public static ObjectNode gpu(GpuSample gpu) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        gpu(json, gpu);
        return json;
    }

    /** The result of one check as a report shows it. */
    public static ObjectNode check(CheckResult result, Report report) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        check(json, result, report);
        return json;
    }

    /** One finding as a report shows it, with the id of its check. */
    public static ObjectNode finding(String check, Finding finding, Report report) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("check", check);
        finding(json, finding);
        BoardIdentity.put(json, check, finding, report);
        return json;
    }

    /** What was run, and what was not for which reason. */
    public static ObjectNode coverage(Report report) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        coverage(json, report);
        return json;
    }

    /** The driver as a report shows it. */
    public static ObjectNode driver(DriverState driver) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        driver(json, driver);
        return json;
    }

    /** A workload as a report shows it. */
    public static ObjectNode workload(Workload workload) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        workload(json, workload);
        return json;
    }

    private static void gpu(ObjectNode json, GpuSample gpu) {
        json.put("index", gpu.identity().index());
        JsonValues.put(json, "uuid", gpu.identity().uuid(), gpu.condition().detail());
        JsonValues.put(
                json, "pci_bus_id", gpu.identity().pciBusId(), gpu.condition().detail());
        JsonValues.put(json, "name", gpu.identity().name(), gpu.condition().detail());
        json.put("state", gpu.condition().state().name());
        json.put("state_detail", gpu.condition().detail());
        for (Quantity<?> quantity : GPU) {
            JsonValues.put(json, quantity.id(), gpu.get(quantity));
        }
        JsonValues.put(json, "process_count", gpu.processes().map(processes -> (long) processes.size()));
        JsonValues.put(json, "mig_device_count", gpu.migDevices().map(devices -> (long) devices.size()));
    }

    private static void check(ObjectNode json, CheckResult result, Report report) {
        json.put("id", result.id());
        json.put("status", result.status().name());
        json.put("summary", result.summary());
        ArrayNode findings = json.putArray("findings");
        result.findings().forEach(finding -> {
            ObjectNode entry = findings.addObject();
            finding(entry, finding);
            BoardIdentity.put(entry, result.id(), finding, report);
        });
    }

    private static void finding(ObjectNode json, Finding finding) {
        json.put("status", finding.status().name());
        subject(json.putObject("subject"), finding.subject());
        json.put("seen", finding.seen());
        json.put("limit", finding.limit());
        ArrayNode measurements = json.putArray("measurements");
        finding.measurements().forEach(measurement -> {
            ObjectNode entry = measurements.addObject().put("name", measurement.name());
            JsonValues.put(entry, "value", measurement.value());
            entry.put("unit", measurement.unit());
        });
        json.put("why", finding.why());
        ArrayNode actions = json.putArray("actions");
        finding.actions().forEach(actions::add);
        ArrayNode evidence = json.putArray("evidence");
        finding.evidence()
                .forEach(proof ->
                        evidence.addObject().put("source", proof.source()).put("value", proof.value()));
        json.put("caused_by", finding.causedBy().orElse(null));
        json.put("rule", finding.rule().orElse(null));
    }

    private static void subject(ObjectNode json, Subject subject) {
        json.put("kind", subject.kind().name());
        subject.gpu().ifPresent(gpu -> {
            json.put("gpu", gpu.index());
            gpu.uuid().ifPresent(uuid -> json.put("uuid", uuid));
            gpu.pciBusId().ifPresent(address -> json.put("pci_bus_id", address));
        });
        subject.mig().ifPresent(index -> json.put("mig", index));
        subject.pid().ifPresent(pid -> json.put("pid", pid));
        subject.workload().ifPresent(workload -> workload(json.putObject("workload"), workload));
    }

    static void workload(ObjectNode json, Workload workload) {
        json.put("kind", workload.kind().name());
        json.put("name", workload.name());
        workload.namespace().ifPresent(name -> json.put("namespace", name));
        workload.pod().ifPresent(name -> json.put("pod", name));
        workload.podUid().ifPresent(uid -> json.put("pod_uid", uid));
        workload.container().ifPresent(name -> json.put("container", name));
        workload.containerId().ifPresent(id -> json.put("container_id", id));
        workload.runtime().ifPresent(name -> json.put("runtime", name));
    }

    private static void coverage(ObjectNode json, Report report) {
        json.put("run", report.ran());
        ArrayNode skipped = json.putArray("skipped");
        report.skipped()
                .forEach(result -> skipped.addObject().put("id", result.id()).put("reason", result.summary()));
    }
}
