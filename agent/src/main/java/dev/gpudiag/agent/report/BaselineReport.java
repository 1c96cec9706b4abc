package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.baseline.Change;
import dev.gpudiag.checks.baseline.Comparison;
import dev.gpudiag.telemetry.NodeSample;
import java.util.Locale;
import java.util.Optional;

/**
 * What changed since a baseline, as text and as JSON.
 *
 * @param file where the baseline is
 */
public record BaselineReport(String file, Baseline baseline, NodeSample sample, Comparison comparison) {

    private static final int SCHEMA_VERSION = 1;
    private static final int SHOWN = 12;

    public String text() {
        StringBuilder text = new StringBuilder();
        String host = baseline.node().getOrDefault("hostname", "");
        line(
                text,
                "baseline of " + baseline.savedAt() + ": " + baseline.members().size() + " GPUs"
                        + (host.isEmpty() ? "" : " of " + host) + ", in " + file);
        if (comparison.looksForeign()) {
            line(text, "none of its GPUs is here: this looks like the baseline of another machine");
        }
        for (Change change : comparison.changes()) {
            line(
                    text,
                    String.format(
                            Locale.ROOT,
                            "%-8s %-7s %s",
                            change.severity(),
                            change.subject().describe(),
                            change.text()));
        }
        comparison.notCompared().stream().limit(SHOWN).forEach(reason -> line(text, "not compared: " + reason));
        int more = comparison.notCompared().size() - SHOWN;
        if (more > 0) {
            line(text, "not compared: " + more + " more, see --json");
        }
        line(text, summary());
        return text.toString();
    }

    private String summary() {
        int count = comparison.changes().size();
        String changes = count == 0 ? "no change" : count == 1 ? "1 change" : count + " changes";
        String status = comparison.status() == Status.SKIPPED ? ": nothing could be compared" : "";
        return changes + ", " + comparison.compared() + " facts compared" + status;
    }

    private static void line(StringBuilder text, String words) {
        String lead = "";
        for (String line : Printable.wrap(words, TextReport.WIDTH - 17)) {
            text.append(lead).append(line).append('\n');
            lead = " ".repeat(17);
        }
    }

    public ObjectNode json() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("schema_version", SCHEMA_VERSION);
        root.put("status", comparison.status().name());
        root.put("taken_at", sample.takenAt().toString());
        ObjectNode saved = root.putObject("baseline");
        saved.put("file", file).put("saved_at", baseline.savedAt().toString());
        saved.put("gpus", baseline.members().size());
        saved.put("looks_foreign", comparison.looksForeign());
        root.put("facts_compared", comparison.compared());
        ArrayNode changes = root.putArray("changes");
        for (Change change : comparison.changes()) {
            ObjectNode entry = changes.addObject();
            entry.put("severity", change.severity().name());
            entry.put("subject", change.subject().describe());
            Optional<String> uuid = change.subject().gpu().flatMap(gpu -> gpu.uuid());
            JsonValues.put(entry, "uuid", uuid, "about the node");
            entry.put("fact", change.fact());
            JsonValues.put(entry, "before", change.before(), "new");
            JsonValues.put(entry, "now", change.now(), "gone, or not readable");
            entry.put("text", change.text());
        }
        comparison.notCompared().forEach(root.putArray("not_compared")::add);
        return root;
    }
}
