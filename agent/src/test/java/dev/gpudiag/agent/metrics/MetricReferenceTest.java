package dev.gpudiag.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The reference in agent/METRICS.md is generated; {@code -Dgpudiag.update-goldens=true} writes it anew. */
class MetricReferenceTest {

    private static final Path FILE = Path.of(System.getProperty("gpudiag.root"), "agent", "METRICS.md");
    private static final int MOST_LABELS = 12;

    @Test
    void theReferenceHoldsEveryRowOfTheTable() throws IOException {
        hold("metrics", MetricTable.reference());
        hold("dcgm", MetricTable.dcgmReference());
    }

    @Test
    void aNameSaysItsUnitAndACounterItsTotal() {
        for (Metric row : own()) {
            assertThat(row.name()).matches("gpudiag_[a-z0-9_]+").doesNotEndWith("_total");
            assertThat(row.help()).endsWith(".");
            assertThat(row.labels()).as(row.name()).hasSizeLessThan(MOST_LABELS).doesNotHaveDuplicates();
        }
    }

    @Test
    void noTwoRowsHaveOneName() {
        assertThat(Stream.concat(own().stream(), DcgmMetrics.ALL.stream()).map(Metric::name))
                .doesNotHaveDuplicates();
    }

    @Test
    void whatHasToBeAskedForIsMarkedSo() {
        Set<String> optIn = WorkloadMetrics.ALL.stream().map(Metric::name).collect(Collectors.toSet());

        assertThat(own().stream()
                        .filter(row -> row.help().contains("(metrics."))
                        .map(Metric::name))
                .containsAll(optIn);
    }

    private static List<Metric> own() {
        return Stream.concat(MetricTable.OWN.stream(), MetricTable.LAST.stream())
                .toList();
    }

    private static void hold(String section, String reference) throws IOException {
        String file = Files.readString(FILE);
        String begin = "<!-- " + section + ": generated -->\n";
        String end = "<!-- end of " + section + " -->";
        assertThat(file).contains(begin).contains(end);
        int from = file.indexOf(begin) + begin.length();
        int to = file.indexOf(end);
        if (Boolean.getBoolean("gpudiag.update-goldens")) {
            Files.writeString(FILE, file.substring(0, from) + reference + file.substring(to));
            return;
        }
        assertThat(file.substring(from, to)).isEqualTo(reference);
    }
}
