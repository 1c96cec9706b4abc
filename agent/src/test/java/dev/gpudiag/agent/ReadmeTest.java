package dev.gpudiag.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.config.SettingsReference;
import dev.gpudiag.agent.metrics.MetricsPage;
import dev.gpudiag.agent.metrics.NodeCollector;
import dev.gpudiag.agent.simulation.Scenario;
import dev.gpudiag.agent.simulation.ScenarioCatalog;
import dev.gpudiag.agent.source.SimulatedSource;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.checks.memory.MemoryGrowth;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The references in the README and the sample configuration are generated; {@code -Dgpudiag.update-goldens=true} writes them anew. */
class ReadmeTest {

    private static final Path README = Path.of(System.getProperty("gpudiag.root"), "README.md");
    private static final Path SIMULATOR = Path.of(System.getProperty("gpudiag.simulator"));
    private static final Duration SECONDS = Duration.ofSeconds(5);
    private static final Pattern HELP = Pattern.compile("(?m)^# HELP (\\S+) (.*)$");
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) (\\S+)$");
    private static final Pattern SERIES = Pattern.compile("(?m)^([a-z0-9_]+)\\{([^}]*)}");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");

    @Test
    void theReadmeHoldsTheReferenceOfSettings() throws IOException {
        hold("settings", new SettingsReference(CheckCatalog.settings()).table());
    }

    @Test
    void theReadmeHoldsTheReferenceOfMetrics() throws IOException {
        hold("metrics", metrics());
    }

    @Test
    void theReadmeHoldsTheReferenceOfChecks() throws IOException {
        StringBuilder table = new StringBuilder("| check | looks at |\n|---|---|\n");
        CheckCatalog.all()
                .forEach(check -> table.append("| `%s` | %s |\n"
                        .formatted(check.spec().id(), check.spec().title())));
        hold("checks", table.toString());
    }

    @Test
    void theSampleConfigurationShowsEverySetting() throws IOException {
        Path file = README.resolveSibling("packaging/src/etc/gpudiag.yaml");
        String sample = new SettingsReference(CheckCatalog.settings()).sample();
        if (Boolean.getBoolean("gpudiag.update-goldens")) {
            Files.writeString(file, sample);
        }
        assertThat(file).hasContent(sample);
    }

    private static void hold(String section, String reference) throws IOException {
        String readme = Files.readString(README);
        String begin = "<!-- " + section + ": generated -->\n";
        String end = "<!-- end of " + section + " -->";
        assertThat(readme).contains(begin).contains(end);
        int from = readme.indexOf(begin) + begin.length();
        int to = readme.indexOf(end);
        if (Boolean.getBoolean("gpudiag.update-goldens")) {
            Files.writeString(README, readme.substring(0, from) + reference + readme.substring(to));
            return;
        }
        assertThat(readme.substring(from, to)).isEqualTo(reference);
    }

    /** What pages of nodes of every kind say of themselves. */
    private static String metrics() {
        Map<String, String> help = new TreeMap<>();
        Map<String, String> types = new TreeMap<>();
        Map<String, TreeSet<String>> labels = new TreeMap<>();
        for (String name :
                List.of("healthy-h100x8", "mig-a100", "t4", "rtx-consumer", "blackwell-b200x8", "xid-application")) {
            String page = page(name);
            match(HELP, page, matcher -> help.put(matcher.group(1), matcher.group(2)));
            match(TYPE, page, matcher -> types.put(matcher.group(1), matcher.group(2)));
            match(
                    SERIES,
                    page,
                    matcher -> match(
                            LABEL,
                            matcher.group(2),
                            label -> labels.computeIfAbsent(matcher.group(1), key -> new TreeSet<>())
                                    .add(label.group(1))));
        }
        StringBuilder table = new StringBuilder("| metric | type | labels | meaning |\n|---|---|---|---|\n");
        help.forEach((name, text) -> table.append("| `%s` | %s | %s | %s |\n"
                .formatted(
                        name, types.get(name), String.join(", ", labels.getOrDefault(name, new TreeSet<>())), text)));
        return table.toString();
    }

    private static void match(Pattern pattern, String text, java.util.function.Consumer<Matcher> action) {
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            action.accept(matcher);
        }
    }

    private static String page(String name) {
        Scenario scenario = new ScenarioCatalog(SIMULATOR.resolve("scenarios")).open(name);
        try (SimulatedSource source = new SimulatedSource(scenario, SIMULATOR, 1, SECONDS)) {
            Report report = new CheckRunner(CheckCatalog.all()).run(Evidence.of(source.sample(SECONDS, SECONDS)));
            MemoryGrowth growth = new MemoryGrowth(MemoryGrowth.LIMIT);
            growth.add(report.sample());
            MetricsPage page = new MetricsPage(new NodeCollector(
                    () -> Optional.of(report),
                    Instant::now,
                    "test",
                    growth,
                    () -> source.kernelLog().value()));
            page.render();
            return new String(page.text(), StandardCharsets.UTF_8);
        }
    }
}
