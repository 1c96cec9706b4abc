package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.checks.fit.Advice;
import dev.gpudiag.checks.fit.GpuUsage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Advice about GPUs as text and as JSON. */
public final class AdviceText {

    private static final int WIDTH = 100;

    private AdviceText() {}

    /** What there is to say of one GPU. */
    public record GpuAdvice(GpuUsage usage, List<Advice> advice) {

        public GpuAdvice {
            advice = List.copyOf(advice);
        }
    }

    public static String text(List<GpuAdvice> gpus) {
        if (gpus.isEmpty()) {
            return "no GPU that answers: nothing to advise\n";
        }
        // equal GPUs that are told the same stand together
        Map<String, List<GpuAdvice>> groups = new LinkedHashMap<>();
        gpus.forEach(gpu ->
                groups.computeIfAbsent(body(gpu), key -> new ArrayList<>()).add(gpu));
        StringBuilder text = new StringBuilder();
        groups.forEach((body, members) -> text.append("GPU ")
                .append(members.stream()
                        .map(member -> String.valueOf(member.usage().gpu().index()))
                        .collect(Collectors.joining(", ")))
                .append(": ")
                .append(body));
        return text.toString();
    }

    private static String body(GpuAdvice gpu) {
        StringBuilder text =
                new StringBuilder(Printable.cut(gpu.usage().gpu().name().orElse("unknown"), 40) + "\n");
        for (Advice advice : gpu.advice()) {
            String indent = String.format(
                    Locale.ROOT,
                    "  %-15s",
                    advice.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '));
            for (String line : Printable.wrap(advice.text(), WIDTH - indent.length())) {
                text.append(indent).append(line).append('\n');
                indent = " ".repeat(indent.length());
            }
        }
        return text.toString();
    }

    public static String json(List<GpuAdvice> gpus) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("schema_version", 1);
        ArrayNode array = json.putArray("gpus");
        for (GpuAdvice gpu : gpus) {
            GpuUsage usage = gpu.usage();
            ObjectNode node = array.addObject();
            node.put("gpu", usage.gpu().index());
            node.put("uuid", usage.gpu().uuid().orElse(null));
            node.put("observed_seconds", usage.observed().toMillis() / 1000.0);
            number(node, "utilization_average_ratio", usage.averageUtilization());
            number(node, "memory_peak_bytes", usage.peakMemoryBytes());
            node.put(
                    "memory_usable_bytes",
                    usage.memory().map(memory -> memory.usableBytes()).orElse(null));
            ArrayNode list = node.putArray("advice");
            for (Advice advice : gpu.advice()) {
                ObjectNode one = list.addObject();
                one.put("kind", advice.kind().name().toLowerCase(Locale.ROOT));
                one.put("text", advice.text());
            }
        }
        return JsonText.of(json);
    }

    private static void number(ObjectNode json, String key, OptionalDouble value) {
        json.put(key, value.isPresent() ? value.getAsDouble() : null);
    }
}
