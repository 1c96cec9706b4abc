package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.checks.kernellog.KernelEvent;
import java.util.Locale;

/** Events of the kernel log as a line of text or of NDJSON. */
public final class KernelEvents {

    private static final int SCHEMA_VERSION = 1;
    private static final int WIDTH = 100;

    private KernelEvents() {}

    /** One JSON object in one line; what the line does not tell is null. */
    public static String json(KernelEvent event) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("schema_version", SCHEMA_VERSION);
        json.put("line", event.line());
        json.put("kind", kind(event));
        json.put("code", event.code().isPresent() ? event.code().getAsInt() : null);
        json.put("pci_bus_id", event.pciBusId().orElse(null));
        json.put(
                "gpu_instance",
                event.gpuInstance().isPresent() ? event.gpuInstance().getAsInt() : null);
        json.put(
                "compute_instance",
                event.computeInstance().isPresent() ? event.computeInstance().getAsInt() : null);
        json.put("pid", event.pid().isPresent() ? event.pid().getAsLong() : null);
        json.put("process", event.process().orElse(null));
        json.put("message", event.message());
        json.put("severity", event.severity().name());
        json.put("action", event.action());
        return JsonText.line(json);
    }

    /** What it is and what to do, in lines of at most 100 columns. */
    public static String text(KernelEvent event) {
        StringBuilder text = new StringBuilder();
        String name = event.code().isPresent()
                ? (event.kind() == KernelEvent.Kind.SXID ? "SXid " : "Xid ")
                        + event.code().getAsInt()
                : kind(event);
        String where = event.pciBusId().orElse("")
                + (event.gpuInstance().isPresent()
                        ? " GPU instance " + event.gpuInstance().getAsInt()
                        : "");
        String who = event.pid().isPresent()
                ? "pid " + event.pid().getAsLong()
                        + event.process().map(process -> " (" + process + ")").orElse("")
                : "";
        text.append(Printable.cut(
                        String.format(
                                        Locale.ROOT,
                                        "%-8s line %-6d %-10s %s  %s",
                                        event.severity(),
                                        event.line(),
                                        name,
                                        where,
                                        who)
                                .stripTrailing(),
                        WIDTH))
                .append('\n');
        text.append("         ")
                .append(Printable.cut(event.message(), WIDTH - 9))
                .append('\n');
        text.append("         do: ")
                .append(Printable.cut(event.action(), WIDTH - 13))
                .append('\n');
        return text.toString();
    }

    private static String kind(KernelEvent event) {
        return event.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
