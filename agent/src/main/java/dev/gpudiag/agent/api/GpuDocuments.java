package dev.gpudiag.agent.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.http.ProblemException;
import dev.gpudiag.agent.report.JsonReport;
import dev.gpudiag.checks.Report;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import java.util.Locale;

/** {@code /api/v1/gpus}: the GPUs as the last sample saw them. */
final class GpuDocuments {

    private final AgentView view;

    GpuDocuments(AgentView view) {
        this.view = view;
    }

    ObjectNode all() throws ProblemException {
        Report report = Api.report(view);
        ObjectNode root = begun(report);
        ArrayNode gpus = root.putArray("gpus");
        report.sample().gpus().forEach(gpu -> gpus.add(JsonReport.gpu(gpu)));
        return root;
    }

    ObjectNode one(String name) throws ProblemException {
        Report report = Api.report(view);
        ObjectNode root = begun(report);
        root.set("gpu", JsonReport.gpu(find(report.sample(), name)));
        return root;
    }

    private static ObjectNode begun(Report report) {
        return Api.begun().put("taken_at", report.sample().takenAt().toString());
    }

    /** The GPU of that index, UUID or PCI address in sysfs form. */
    static GpuSample find(NodeSample sample, String name) throws ProblemException {
        return sample.gpus().stream()
                .filter(gpu -> isNamed(gpu.identity(), name))
                .findFirst()
                .orElseThrow(() -> new ProblemException(404, "no GPU '" + name + "' in the last sample"));
    }

    private static boolean isNamed(GpuIdentity gpu, String name) {
        return String.valueOf(gpu.index()).equals(name)
                || gpu.uuid().filter(name::equalsIgnoreCase).isPresent()
                || gpu.pciBusId().filter(name.toLowerCase(Locale.ROOT)::equals).isPresent();
    }
}
