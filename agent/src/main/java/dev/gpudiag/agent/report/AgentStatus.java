package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gpudiag.checks.Amounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What an agent says of itself ({@code /api/v1/status}), for people: lines of printable ASCII in at most 100 columns.
 *
 * <p>What the document lacks, as that of another version may, is told as not known.
 */
public final class AgentStatus {

    private static final int WIDTH = 100;
    private static final String INDENT = " ".repeat(13);
    private static final double LONGEST_SECONDS = 1e9;

    private final JsonNode document;

    public AgentStatus(JsonNode document) {
        this.document = document;
    }

    /** Whether the agent has no problem of its own; it may have found the worst on the node. */
    public boolean isWell() {
        return problems().isEmpty();
    }

    /**
     * The lines, the verdict before all else.
     *
     * @param asked where the agent was asked
     */
    public List<String> lines(String asked) {
        List<String> lines = new ArrayList<>();
        String source = document.path("source").asText("LIVE");
        if (!source.equals("LIVE")) {
            put(
                    lines,
                    source + ":",
                    document.path("source_detail").asText("") + "; nothing here is about the agent's machine");
        }
        put(lines, "verdict", verdict());
        String host = document.path("host").asText("");
        String where = host.isEmpty() ? "" : " on " + host;
        put(lines, "agent", "gpudiag " + text("gpudiag_version") + where + ", asked at " + asked);
        put(lines, "running", age("uptime_seconds") + ", since " + since());
        put(lines, "sampling", "every " + seconds("sampling_interval_seconds") + sampled());
        put(lines, "driver", driver());
        gpus(lines);
        put(lines, "answers at", listed("listens"));
        problems().forEach(problem -> put(lines, "PROBLEM", problem));
        return lines;
    }

    /** An agent before its first verdict says why it has none; one of an older version has no line. */
    private String verdict() {
        String word =
                document.path("verdict").asText(document.path("verdict_reason").asText("not known"));
        return document.path("verdict_line").asText(word);
    }

    private String sampled() {
        return document.path("sample_age_seconds").isNumber()
                ? ", the last " + seconds("sample_age_seconds") + " ago"
                : ", none yet";
    }

    private String driver() {
        JsonNode driver = document.path("driver");
        String phase = document.path("driver_phase").asText("not known");
        String version = driver.path("driver_version").asText("");
        String why = driver.path("usable_reason").asText("");
        return document.path("release")
                .path("text")
                .asText(words(phase) + (version.isEmpty() ? "" : ", " + version) + (why.isEmpty() ? "" : ": " + why));
    }

    private static String words(String constant) {
        return constant.toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private void gpus(List<String> lines) {
        Map<String, List<String>> silent = new TreeMap<>();
        int all = 0;
        for (JsonNode gpu : document.path("gpus")) {
            all++;
            String state = gpu.path("state").asText("UNKNOWN");
            if (!state.equals("ANSWERING")) {
                silent.computeIfAbsent(state, any -> new ArrayList<>())
                        .add(gpu.path("index").asText("?"));
            }
        }
        if (all > 0) {
            List<String> words = new ArrayList<>();
            silent.forEach((state, which) -> words.add("gpu " + String.join(", ", which) + " " + words(state)));
            put(lines, "GPUs", all + (words.isEmpty() ? ", all answer" : ": " + String.join("; ", words)));
        }
    }

    /** When the agent began, to the second. */
    public String since() {
        return text("started_at").replaceFirst("[.][0-9]+Z$", "Z");
    }

    /** Why its last verdict is not one of now; empty where it is. */
    public Optional<String> old() {
        if (document.path("stalled").isTextual()) {
            return Optional.of(document.path("stalled").asText());
        }
        return document.path("stale").asBoolean()
                ? Optional.of("the last sample is " + seconds("sample_age_seconds") + " old")
                : Optional.empty();
    }

    private List<String> problems() {
        List<String> problems = new ArrayList<>(old().stream().toList());
        document.path("problems").forEach(problem -> problems.add(problem.asText()));
        return problems;
    }

    private String listed(String key) {
        List<String> all = new ArrayList<>();
        document.path(key).forEach(one -> all.add(one.asText()));
        return all.isEmpty() ? "not known" : String.join(", ", all);
    }

    private String text(String key) {
        return document.path(key).asText("not known");
    }

    private String age(String key) {
        double seconds = document.path(key).asDouble(-1);
        return seconds >= 0 && seconds < LONGEST_SECONDS
                ? Amounts.duration(Duration.ofMillis((long) (seconds * 1000)))
                : "not known";
    }

    private String seconds(String key) {
        double seconds = document.path(key).asDouble(-1);
        return seconds >= 0 && seconds < 10
                ? String.format(Locale.ROOT, "%.1f s", seconds).replace(".0 s", " s")
                : age(key);
    }

    private static void put(List<String> lines, String name, String words) {
        List<String> wrapped = Printable.wrap(words, WIDTH - INDENT.length());
        lines.add(String.format(Locale.ROOT, "%-" + INDENT.length() + "s%s", name, wrapped.getFirst()));
        wrapped.stream().skip(1).forEach(line -> lines.add(INDENT + line));
    }
}
