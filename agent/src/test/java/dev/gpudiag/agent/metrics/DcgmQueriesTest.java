package dev.gpudiag.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What dashboards and autoscalers ask in DCGM's names is answered by a real Prometheus, from either way to give them. */
class DcgmQueriesTest {

    private static final Path ROOT = Path.of(System.getProperty("gpudiag.root"));
    private static final Path QUERIES =
            ROOT.resolve("agent/src/test/resources/dev/gpudiag/agent/metrics/dcgm-queries.tsv");
    private static final Path RULES = ROOT.resolve("packaging/prometheus/gpudiag-dcgm.rules.yml");
    private static final Pattern RECORD = Pattern.compile("(?m)^ +- record: (DCGM_\\w+)$");
    private static final Pattern NAME = Pattern.compile("DCGM_FI_\\w+");
    private static final Set<String> LABELS_NOT_METRICS = Set.of("DCGM_FI_DRIVER_VERSION");

    private static final MetricOptions DIALECT =
            new MetricOptions(false, false, 500, true, false, 20_000, Optional.empty());
    private static final MetricOptions OWN_NAMES =
            new MetricOptions(false, true, 500, false, true, 20_000, Optional.empty());

    /** @param mustAnswer whether a healthy node has something to answer */
    private record Query(boolean mustAnswer, String askedBy, String text) {}

    @Test
    void queriesInDcgmsNamesAreAnsweredAlikeFromTheDialectAndByTheRules(@TempDir Path directory) throws Exception {
        List<Query> queries = queries();
        List<SimulatedReport> nodes = List.of(SimulatedReport.of("healthy-h100x8"), SimulatedReport.of("mig-a100"));

        Map<String, Map<String, Double>> ofDialect =
                answers(directory.resolve("dialect"), nodes, DIALECT, Optional.empty(), queries);
        Map<String, Map<String, Double>> ofRules =
                answers(directory.resolve("rules"), nodes, OWN_NAMES, Optional.of(RULES), queries);

        for (Query query : queries) {
            Map<String, Double> expected = ofDialect.get(query.text());
            Map<String, Double> seen = ofRules.get(query.text());
            assertThat(expected.isEmpty() && query.mustAnswer())
                    .as(query.toString())
                    .isFalse();
            assertThat(seen.keySet()).as(query.toString()).isEqualTo(expected.keySet());
            expected.forEach((labels, value) -> assertThat(seen.get(labels))
                    .as(query + " " + labels)
                    .isCloseTo(value, Percentage.withPercentage(0.001)));
        }
    }

    @Test
    void theRulesGiveEveryNameOfTheDialectAndPromtoolAgrees() throws Exception {
        Set<String> recorded = new TreeSet<>();
        Matcher matcher = RECORD.matcher(Files.readString(RULES));
        while (matcher.find()) {
            recorded.add(matcher.group(1));
        }

        assertThat(recorded)
                .isEqualTo(DcgmMetrics.ALL.stream().map(Metric::name).collect(Collectors.toCollection(TreeSet::new)));
        Process promtool = start("promtool", "check", "rules", RULES.toString());
        String said = new String(promtool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(promtool.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(promtool.exitValue()).as(said).isZero();
    }

    private static Process start(String... command) {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, command[0] + " is not installed");
            throw new IllegalStateException(e);
        }
    }

    private static List<Query> queries() throws IOException {
        return Files.readAllLines(QUERIES).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("\t", 3))
                .map(parts -> new Query(
                        parts[0].equals("answer"),
                        parts[1],
                        parts[2].replace("$Hostname", ".+").replace("$gpu", ".+")))
                .toList();
    }

    private static Map<String, Map<String, Double>> answers(
            Path directory,
            List<SimulatedReport> nodes,
            MetricOptions options,
            Optional<Path> rules,
            List<Query> queries)
            throws Exception {
        Files.createDirectory(directory);
        List<MetricsPage> pages = nodes.stream().map(node -> node.page(options)).toList();
        Optional<PrometheusServer> started = PrometheusServer.start(directory, pages, rules);
        assumeTrue(started.isPresent(), "prometheus is not installed");
        try (PrometheusServer prometheus = started.orElseThrow()) {
            assertThat(prometheus.awaitAnswers(List.of("count(up == 1) == " + nodes.size())))
                    .as("targets are up")
                    .isEmpty();
            assertThat(prometheus.awaitAnswers(namesIn(queries)))
                    .as(() -> "nothing answers; " + log(directory))
                    .isEmpty();
            Map<String, Map<String, Double>> answers = new LinkedHashMap<>();
            for (Query query : queries) {
                answers.put(query.text(), prometheus.query(query.text()));
            }
            return answers;
        }
    }

    private static List<String> namesIn(List<Query> queries) {
        return queries.stream()
                .flatMap(query -> NAME.matcher(query.text()).results().map(result -> result.group()))
                .filter(name -> !LABELS_NOT_METRICS.contains(name))
                .distinct()
                .toList();
    }

    private static String log(Path directory) {
        try {
            return Files.readString(directory.resolve("log"));
        } catch (IOException e) {
            return "and there is no log";
        }
    }
}
