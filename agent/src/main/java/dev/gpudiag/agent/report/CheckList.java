package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.CheckSpec.Precondition;
import dev.gpudiag.checks.Setting;
import java.util.List;
import java.util.stream.Collectors;

/** All checks with what they need and their settings, as text and as JSON. */
public final class CheckList {

    private static final String INDENT = " ".repeat(20);

    private CheckList() {}

    public static String text(List<Check> checks) {
        StringBuilder text = new StringBuilder();
        for (Check check : checks) {
            CheckSpec spec = check.spec();
            paragraph(text, String.format("%-20s", spec.id()), spec.title());
            if (!spec.preconditions().isEmpty()) {
                paragraph(text, INDENT, "needs " + needs(spec));
            }
            for (Setting<?> setting : spec.settings()) {
                paragraph(text, INDENT, assignment(setting));
                paragraph(text, INDENT + "  ", setting.help() + allowed(setting));
            }
        }
        return text.toString();
    }

    private static void paragraph(StringBuilder text, String lead, String words) {
        String indent = " ".repeat(lead.length());
        String prefix = lead;
        for (String line : Printable.wrap(words, TextReport.WIDTH - lead.length())) {
            text.append((prefix + line).stripTrailing()).append('\n');
            prefix = indent;
        }
    }

    private static String needs(CheckSpec spec) {
        return spec.preconditions().stream().map(CheckList::words).collect(Collectors.joining(", "));
    }

    private static String words(Precondition precondition) {
        return switch (precondition) {
            case USABLE_DRIVER -> "a working driver";
            case SETTLED_DRIVER -> "a driver that the agent has not let go of";
            case GPU -> "a GPU";
            case HISTORY -> "history (gpudiag serve)";
        };
    }

    private static String assignment(Setting<?> setting) {
        String unit = setting.unit().isEmpty() ? "" : " " + setting.unit();
        String value = Setting.format(setting.defaultValue());
        return setting.key() + " = " + (value.isEmpty() ? "(not set)" : value + unit);
    }

    private static String allowed(Setting<?> setting) {
        return setting.range().isEmpty() ? "" : " (" + setting.range() + ")";
    }

    public static ObjectNode json(List<Check> checks) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("schema_version", JsonReport.SCHEMA_VERSION);
        ArrayNode array = root.putArray("checks");
        for (Check check : checks) {
            ObjectNode entry = array.addObject();
            entry.put("id", check.spec().id()).put("title", check.spec().title());
            ArrayNode preconditions = entry.putArray("preconditions");
            check.spec().preconditions().forEach(precondition -> preconditions.add(precondition.name()));
            ArrayNode settings = entry.putArray("settings");
            check.spec()
                    .settings()
                    .forEach(setting -> settings.addObject()
                            .put("key", setting.key())
                            .put("default", Setting.format(setting.defaultValue()))
                            .put("unit", setting.unit())
                            .put("range", setting.range())
                            .put("help", setting.help()));
        }
        return root;
    }
}
