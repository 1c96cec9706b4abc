package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.checks.Report;
import java.util.List;

/**
 * A report as NDJSON, described by {@code check-line.schema.json}: a line for each check, and one for the verdict, each
 * with enough to stand alone in a log.
 */
public final class JsonLines {

    private static final List<String> EVERYWHERE =
            List.of("schema_version", "gpudiag_version", "taken_at", "source", "source_detail", "host", "host_reason");

    private static final List<String> VERDICT =
            List.of("duration_seconds", "warnings", "driver", "gpus", "coverage", "verdict", "exit_code");

    private JsonLines() {}

    /** Lines with their ends; the verdict is the last. */
    public static String of(Report report, ReportContext context) {
        ObjectNode document = JsonReport.of(report, context);
        StringBuilder lines = new StringBuilder();
        for (JsonNode check : document.get("checks")) {
            ObjectNode line = begin(document, "check");
            line.setAll((ObjectNode) check);
            lines.append(JsonText.line(line)).append('\n');
        }
        ObjectNode last = begin(document, "verdict");
        VERDICT.forEach(key -> last.set(key, document.get(key)));
        return lines.append(JsonText.line(last)).append('\n').toString();
    }

    private static ObjectNode begin(ObjectNode document, String type) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        EVERYWHERE.stream().filter(document::has).forEach(key -> line.set(key, document.get(key)));
        return line.put("type", type);
    }
}
