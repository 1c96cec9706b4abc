package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.trace.TraceSeries;
import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.GrowthSeverity;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.memory.GrowthLevel;
import dev.gpudiag.checks.memory.GrowthSlope;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What was found in a trace of used memory, as text with a picture and as JSON. */
public final class TraceReport {

    private static final int SCHEMA_VERSION = 1;
    private static final int HEIGHT = 6;
    private static final int PICTURES = 20;
    private static final String INDENT = "    ";

    private TraceReport() {}

    public static Status severity(TraceSeries series) {
        return GrowthSeverity.of(series.verdict().level(), series.exhaustion());
    }

    /** {@code {schema_version, series[]}}; times are seconds from the first sample, the exhaustion from the last. */
    public static ObjectNode json(List<TraceSeries> all) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("schema_version", SCHEMA_VERSION);
        ArrayNode list = root.putArray("series");
        all.forEach(series -> json(list.addObject(), series));
        return root;
    }

    private static void json(ObjectNode node, TraceSeries series) {
        node.put("gpu", series.gpu());
        series.pid().ifPresentOrElse(pid -> node.put("pid", pid), () -> node.putNull("pid"));
        ObjectNode levels = node.putObject("levels");
        put(levels, "suspect_at", series.reached().get(GrowthLevel.SUSPECT));
        put(levels, "likely_at", series.reached().get(GrowthLevel.LIKELY));
        put(levels, "confirmed_at", series.reached().get(GrowthLevel.CONFIRMED));
        ArrayNode cleared = node.putArray("cleared_at");
        series.cleared().forEach(at -> cleared.add(Math.round(at * 1000) / 1000.0));
        Optional<GrowthSlope> slope = series.verdict().slope();
        put(node, "slope_bytes_per_hour", slope.map(GrowthSlope::bytesPerHour).orElse(null));
        put(node, "slope_low", slope.map(GrowthSlope::lowBytesPerHour).orElse(null));
        put(node, "slope_high", slope.map(GrowthSlope::highBytesPerHour).orElse(null));
        put(
                node,
                "exhaustion_seconds",
                series.exhaustion()
                        .map(end -> (double) end.expected().toSeconds())
                        .orElse(null));
        node.put("why", series.verdict().why());
    }

    private static void put(ObjectNode node, String key, Double value) {
        if (value == null || !Double.isFinite(value)) {
            node.putNull(key);
        } else {
            node.put(key, Math.round(value * 1000) / 1000.0);
        }
    }

    /** One paragraph for each series, the worst first. */
    public static String text(List<TraceSeries> all, Palette palette, boolean unicode) {
        List<TraceSeries> sorted = all.stream()
                .sorted((one, other) -> severity(other).compareTo(severity(one)))
                .toList();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < sorted.size(); i++) {
            TraceSeries series = sorted.get(i);
            paragraph(text, series, palette);
            if (i < PICTURES) {
                text.append(MemoryPlot.of(series.curve(), HEIGHT, unicode));
            }
            text.append('\n');
        }
        return text.append(summary(all)).append('\n').toString();
    }

    private static void paragraph(StringBuilder text, TraceSeries series, Palette palette) {
        GrowthLevel level = series.verdict().level();
        Status status = severity(series);
        text.append(palette.paint(status, status.name(), 9))
                .append(Printable.cut("gpu " + series.gpu(), 60))
                .append(series.pid().isPresent() ? " pid " + series.pid().getAsLong() : "")
                .append(": ")
                .append(
                        level == GrowthLevel.NONE
                                ? "no leak seen"
                                : level.name().toLowerCase(Locale.ROOT) + " leak")
                .append(", ")
                .append(Amounts.bytes(series.lastBytes()))
                .append(" at the end, ")
                .append(series.samples())
                .append(" samples over ")
                .append(duration(series.spanSeconds()))
                .append('\n');
        series.verdict()
                .slope()
                .ifPresent(slope -> text.append(INDENT)
                        .append(slope(slope))
                        .append(series.exhaustion()
                                .map(end -> ", full in " + Amounts.duration(end.expected()) + " ("
                                        + Amounts.duration(end.soonest()) + " to " + Amounts.duration(end.latest())
                                        + ")")
                                .orElse(
                                        series.headroomBytes().isPresent()
                                                ? ""
                                                : "; the GPU's memory is not in the trace"))
                        .append('\n'));
        text.append(INDENT).append(Printable.ascii(series.verdict().why())).append('\n');
        String history = history(series);
        if (!history.isEmpty()) {
            text.append(INDENT).append(history).append('\n');
        }
        List<String> alike = series.verdict().shape().lookAlikes();
        if (!alike.isEmpty()) {
            text.append(INDENT)
                    .append("looks the same: ")
                    .append(String.join("; ", alike))
                    .append('\n');
        }
    }

    /** {@code grows by 600 MiB/h (590 to 612)}. */
    static String slope(GrowthSlope slope) {
        return String.format(
                Locale.ROOT,
                "grows by %s/h (%s to %s)",
                Amounts.bytes(slope.bytesPerHour()),
                Amounts.bytes(slope.lowBytesPerHour()),
                Amounts.bytes(slope.highBytesPerHour()));
    }

    private static String history(TraceSeries series) {
        Map<GrowthLevel, Double> reached = series.reached();
        String levels = List.of(GrowthLevel.SUSPECT, GrowthLevel.LIKELY, GrowthLevel.CONFIRMED).stream()
                .filter(reached::containsKey)
                .map(level -> level.name().toLowerCase(Locale.ROOT) + " after " + duration(reached.get(level)))
                .collect(Collectors.joining(", "));
        String cleared =
                series.cleared().stream().limit(5).map(TraceReport::duration).collect(Collectors.joining(", "));
        return levels + (cleared.isEmpty() ? "" : ", cleared after " + cleared);
    }

    private static String duration(double seconds) {
        return seconds < 7200
                ? Amounts.duration(Duration.ofSeconds((long) seconds))
                : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }

    private static String summary(List<TraceSeries> all) {
        Map<GrowthLevel, Long> counts = all.stream()
                .collect(Collectors.groupingBy(series -> series.verdict().level(), Collectors.counting()));
        return all.size() + " series: " + counts.getOrDefault(GrowthLevel.CONFIRMED, 0L) + " confirmed, "
                + counts.getOrDefault(GrowthLevel.LIKELY, 0L) + " likely, "
                + counts.getOrDefault(GrowthLevel.SUSPECT, 0L) + " suspect; "
                + "the device's own fragmentation cannot be measured, and growth is judged by what the driver counts";
    }
}
