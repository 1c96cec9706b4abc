package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Measurement;
import dev.gpudiag.checks.Proof;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Reads the results of checks from the document that {@link JsonReport} writes; what is added to it later is passed over. */
public final class JsonReportReader {

    private JsonReportReader() {}

    /**
     * The results in their order.
     *
     * @throws IOException with a sentence for what is no such document
     */
    public static List<CheckResult> results(JsonNode document) throws IOException {
        int version = document.path("schema_version").asInt();
        if (version != JsonReport.SCHEMA_VERSION) {
            throw new IOException("its schema_version is " + version + "; this gpudiag reads "
                    + JsonReport.SCHEMA_VERSION + (version > JsonReport.SCHEMA_VERSION ? ": it is a newer one" : ""));
        }
        if (!document.path("checks").isArray()) {
            throw new IOException("it has no checks");
        }
        List<CheckResult> results = new ArrayList<>();
        for (JsonNode check : document.path("checks")) {
            List<Finding> findings = new ArrayList<>();
            for (JsonNode finding : check.path("findings")) {
                findings.add(finding(finding));
            }
            results.add(new CheckResult(text(check, "id"), status(check), text(check, "summary"), findings));
        }
        return results;
    }

    private static Finding finding(JsonNode json) throws IOException {
        List<Measurement> measurements = new ArrayList<>();
        for (JsonNode one : json.path("measurements")) {
            // null stands for what is no finite number
            measurements.add(
                    new Measurement(text(one, "name"), one.path("value").asDouble(Double.NaN), text(one, "unit")));
        }
        List<String> actions = new ArrayList<>();
        json.path("actions").forEach(action -> actions.add(action.asText()));
        List<Proof> evidence = new ArrayList<>();
        for (JsonNode proof : json.path("evidence")) {
            evidence.add(new Proof(text(proof, "source"), text(proof, "value")));
        }
        return new Finding(
                status(json),
                subject(json.path("subject")),
                text(json, "seen"),
                text(json, "limit"),
                measurements,
                text(json, "why"),
                actions,
                evidence,
                optional(json, "caused_by"),
                optional(json, "rule"));
    }

    private static Subject subject(JsonNode json) throws IOException {
        Optional<GpuIdentity> gpu = json.path("gpu").canConvertToInt()
                ? Optional.of(new GpuIdentity(
                        json.path("gpu").asInt(),
                        optional(json, "uuid"),
                        optional(json, "pci_bus_id"),
                        Optional.empty()))
                : Optional.empty();
        return new Subject(
                constant(Subject.Kind.class, json, "kind"),
                gpu,
                json.path("mig").canConvertToInt()
                        ? OptionalInt.of(json.path("mig").asInt())
                        : OptionalInt.empty(),
                json.path("pid").canConvertToLong()
                        ? OptionalLong.of(json.path("pid").asLong())
                        : OptionalLong.empty(),
                json.path("workload").isObject() ? Optional.of(workload(json.path("workload"))) : Optional.empty());
    }

    private static Workload workload(JsonNode json) throws IOException {
        return new Workload(
                constant(Workload.Kind.class, json, "kind"),
                text(json, "name"),
                optional(json, "namespace"),
                optional(json, "pod"),
                optional(json, "pod_uid"),
                optional(json, "container"),
                optional(json, "container_id"),
                optional(json, "runtime"));
    }

    private static Status status(JsonNode json) throws IOException {
        return constant(Status.class, json, "status");
    }

    private static <E extends Enum<E>> E constant(Class<E> type, JsonNode json, String key) throws IOException {
        String word = text(json, key);
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(word)) {
                return constant;
            }
        }
        throw new IOException(
                key + " is '" + word + "', which is no " + type.getSimpleName().toLowerCase(Locale.ROOT));
    }

    private static String text(JsonNode json, String key) throws IOException {
        return optional(json, key).orElseThrow(() -> new IOException("it has no " + key + " where one is needed"));
    }

    private static Optional<String> optional(JsonNode json, String key) {
        return json.path(key).isTextual() ? Optional.of(json.path(key).asText()) : Optional.empty();
    }
}
