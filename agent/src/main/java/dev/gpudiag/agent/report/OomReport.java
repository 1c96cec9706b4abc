package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.memory.oom.OomDiagnosis;
import dev.gpudiag.checks.memory.oom.OomEvent;
import dev.gpudiag.checks.memory.oom.OomFigure;
import dev.gpudiag.checks.memory.oom.OomLog;
import dev.gpudiag.checks.memory.oom.RankedCause;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Out-of-memory messages of a log with the causes that their figures speak for, as text or as one JSON document. */
public final class OomReport {

    private static final int SCHEMA_VERSION = 1;
    private static final int WIDTH = 100;

    /** Causes that the text shows with what to do. */
    private static final int MOST_CAUSES = 3;

    private OomReport() {}

    public static String json(OomLog log) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("schema_version", SCHEMA_VERSION);
        ArrayNode events = root.putArray("events");
        log.events().forEach(event -> events.add(event(event)));
        root.put("events_left_out", log.leftOut());
        root.put("lines_read", log.lines());
        return JsonText.of(root);
    }

    private static ObjectNode event(OomEvent event) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("line", event.line());
        json.put("count", event.count());
        json.put("source", event.source().id());
        json.put("kind", event.kind().name().toLowerCase(Locale.ROOT));
        json.put("device", event.device().isPresent() ? event.device().getAsInt() : null);
        for (OomFigure figure : OomFigure.values()) {
            json.put(figure.key(), event.figures().get(figure));
        }
        json.put(
                "failures",
                event.counters().failures().isPresent()
                        ? event.counters().failures().getAsLong()
                        : null);
        json.put(
                "retries",
                event.counters().retries().isPresent()
                        ? event.counters().retries().getAsLong()
                        : null);
        ArrayNode processes = json.putArray("processes");
        for (OomEvent.MemoryUser process : event.processes()) {
            processes
                    .addObject()
                    .put("pid", process.pid())
                    .put("used_bytes", process.usedBytes())
                    .put("own", process.own());
        }
        List<RankedCause> causes = OomDiagnosis.of(event);
        json.put("verdict", OomDiagnosis.verdict(event));
        ArrayNode ranked = json.putArray("causes");
        for (RankedCause cause : causes) {
            ObjectNode one = ranked.addObject();
            one.put("cause", cause.cause().id());
            one.put("likelihood", cause.likelihood().name().toLowerCase(Locale.ROOT));
            one.put("because", cause.because());
            ArrayNode actions = one.putArray("actions");
            cause.cause().actions().forEach(actions::add);
        }
        return json;
    }

    public static String text(OomLog log) {
        List<String> lines = new ArrayList<>();
        List<OomEvent> events = log.events();
        for (OomEvent event : events) {
            text(event, lines);
            lines.add("");
        }
        if (log.leftOut() > 0) {
            lines.add("and " + log.leftOut() + " more, not shown");
        }
        lines.add(Amounts.plural(log.lines(), "line") + " read, "
                + (events.isEmpty()
                        ? "no message in them that GPU memory ran out"
                        : Amounts.plural(events.size() + log.leftOut(), "different message") + " that memory ran out"));
        return String.join("\n", lines) + "\n";
    }

    private static void text(OomEvent event, List<String> lines) {
        List<RankedCause> causes = OomDiagnosis.of(event);
        lines.add("line " + event.line() + ": " + event.source().title()
                + (event.device().isPresent() ? ", GPU " + event.device().getAsInt() : "")
                + (event.count() > 1 ? ", written " + event.count() + " times" : ""));
        wrapped(lines, "  ", figures(event));
        if (OomDiagnosis.verdict(event).equals("unknown")) {
            lines.add("  the cause cannot be told; in the order of experience:");
        }
        for (RankedCause cause : causes.subList(0, Math.min(MOST_CAUSES, causes.size()))) {
            wrapped(
                    lines,
                    "  "
                            + String.format(
                                    Locale.ROOT,
                                    "%-9s",
                                    cause.likelihood().name().toLowerCase(Locale.ROOT)) + " ",
                    cause.cause().title() + ": " + cause.because());
            cause.cause().actions().forEach(action -> wrapped(lines, "            do: ", action));
        }
        if (causes.size() > MOST_CAUSES) {
            wrapped(
                    lines,
                    "  then      ",
                    String.join(
                            ", ",
                            causes.stream()
                                    .skip(MOST_CAUSES)
                                    .map(cause -> cause.cause().title())
                                    .toList()));
        }
    }

    private static String figures(OomEvent event) {
        List<String> figures = new ArrayList<>();
        event.figures()
                .forEach((figure, bytes) -> figures.add(
                        figure.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + Amounts.bytes(bytes)));
        event.processes()
                .forEach(process -> figures.add("pid " + process.pid() + " " + Amounts.bytes(process.usedBytes())
                        + (process.own() ? " (this process, by its size)" : "")));
        event.counters().failures().ifPresent(count -> figures.add(Amounts.plural(count, "failure")));
        event.counters().retries().ifPresent(count -> figures.add(count + " retries"));
        event.hints().forEach(hint -> figures.add(hint.inWords()));
        return figures.isEmpty() ? "the message holds no figures" : String.join(", ", figures);
    }

    private static void wrapped(List<String> lines, String prefix, String text) {
        String margin = prefix;
        for (String line : Printable.wrap(text, WIDTH - prefix.length())) {
            lines.add(margin + line);
            margin = " ".repeat(prefix.length());
        }
    }
}
