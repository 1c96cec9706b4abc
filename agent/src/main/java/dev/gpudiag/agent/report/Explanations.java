package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.checks.explain.Escalation;
import dev.gpudiag.checks.explain.Explainer;
import dev.gpudiag.checks.explain.Explanation;
import dev.gpudiag.checks.explain.TopicKind;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Explanations as text and as JSON. */
public final class Explanations {

    private static final int SCHEMA_VERSION = 1;
    private static final String INDENT = "           ";

    private Explanations() {}

    /** All readings of a topic, one after the other. */
    public static String text(String topic, List<Explanation> readings) {
        StringBuilder text = new StringBuilder();
        boolean several = readings.stream().map(Explanation::kind).distinct().count() > 1;
        if (several) {
            text.append(Printable.cut(topic, TextReport.WIDTH / 2))
                    .append(" has ")
                    .append(readings.size())
                    .append(" meanings; choose one by its first line\n\n");
        }
        String gap = "";
        for (Explanation reading : readings) {
            text.append(gap);
            one(text, reading);
            gap = "\n";
        }
        return text.toString();
    }

    private static void one(StringBuilder text, Explanation reading) {
        String names = reading.names().isEmpty() ? "" : " (" + String.join(", ", reading.names()) + ")";
        String severity = reading.severity().map(status -> "  " + status).orElse("");
        text.append(Printable.ascii(reading.topic() + names + severity)).append('\n');
        line(text, "meaning", reading.meaning());
        line(text, "usually", reading.usually());
        String label = "do now";
        for (String action : reading.actions()) {
            line(text, label, action);
            label = "";
        }
        line(text, "escalate", escalation(reading.escalation()));
        label = reading.kind() == TopicKind.CHECK ? "rules" : "";
        for (String detail : reading.details()) {
            line(text, label, detail);
            label = "";
        }
        line(text, "source", reading.source());
    }

    private static String escalation(Escalation escalation) {
        return escalation == Escalation.NONE
                ? "to nobody: nothing has to be done"
                : "to " + escalation.level() + ", " + escalation.text();
    }

    private static void line(StringBuilder text, String label, String words) {
        String lead = String.format(Locale.ROOT, "  %-9s", label);
        for (String line : Printable.wrap(words, TextReport.WIDTH - INDENT.length())) {
            text.append((lead + line).stripTrailing()).append('\n');
            lead = INDENT;
        }
    }

    public static ObjectNode json(String topic, List<Explanation> readings) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("schema_version", SCHEMA_VERSION).put("topic", topic);
        ArrayNode array = root.putArray("explanations");
        for (Explanation reading : readings) {
            ObjectNode entry = array.addObject();
            entry.put("kind", reading.kind().word()).put("code", reading.code());
            reading.names().forEach(entry.putArray("names")::add);
            JsonValues.put(entry, "severity", reading.severity().map(Enum::name), "it depends on what is found");
            entry.put("meaning", reading.meaning()).put("usually", reading.usually());
            reading.actions().forEach(entry.putArray("actions")::add);
            reading.details().forEach(entry.putArray("details")::add);
            JsonValues.put(
                    entry,
                    "escalation",
                    Optional.of(reading.escalation().level()).filter(level -> !level.isEmpty()),
                    "nothing has to be done");
            entry.put("escalation_text", reading.escalation().text()).put("source", reading.source());
        }
        return root;
    }

    /** What can be explained, by kind. */
    public static String kinds(Explainer explainer) {
        StringBuilder text = new StringBuilder();
        for (TopicKind kind : TopicKind.values()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-8s %4d   %-44s gpudiag explain %s%n",
                    kind.word(),
                    count(explainer, kind),
                    kind.meaning(),
                    kind.example()));
        }
        return text.toString();
    }

    public static ObjectNode kindsJson(Explainer explainer) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("schema_version", SCHEMA_VERSION);
        ArrayNode array = root.putArray("kinds");
        for (TopicKind kind : TopicKind.values()) {
            array.addObject()
                    .put("kind", kind.word())
                    .put("count", count(explainer, kind))
                    .put("meaning", kind.meaning())
                    .put("example", kind.example());
        }
        return root;
    }

    private static long count(Explainer explainer, TopicKind kind) {
        return explainer.all().stream().filter(each -> each.kind() == kind).count();
    }
}
