package dev.gpudiag.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gpudiag.checks.memory.MemoryGrowth;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RenderingTest {

    private static final Scrape NOTHING = new Scrape(
            Optional.empty(),
            Instant.EPOCH,
            List.of(),
            WorkloadSeries.none(),
            List.of(),
            MemoryGrowth.none(),
            Optional.empty(),
            new AgentFigures(),
            MetricOptions.STANDARD);

    private final MetricsPage page = new MetricsPage(RenderingTest::collect);

    @Test
    void beforeTheFirstTickAPageIsEmptyAndValid() {
        assertThat(text(MetricsFormat.TEXT)).isEmpty();
        assertThat(text(MetricsFormat.OPENMETRICS)).isEqualTo("# EOF\n");
    }

    @Test
    void theTextFormatNamesEachFamilyOnce() {
        page.render();

        assertThat(text(MetricsFormat.TEXT)).isEqualTo("""
                # HELP a_bytes How\\nmuch.
                # TYPE a_bytes gauge
                a_bytes{name="x\\n# HELP evil \\"y\\""} 1.0
                a_bytes{name="z"} 2.0
                # HELP b_total How often.
                # TYPE b_total counter
                b_total 3.0
                # HELP c_info Which.
                # TYPE c_info gauge
                c_info{v="1"} 1
                """);
    }

    @Test
    void openMetricsEndsWithItsEnd() {
        page.render();

        assertThat(text(MetricsFormat.OPENMETRICS))
                .contains("# TYPE b counter\n# HELP b How often.\nb_total 3.0\n")
                .contains("# TYPE c info\n")
                .endsWith("# EOF\n");
    }

    @ParameterizedTest
    @EnumSource(MetricsFormat.class)
    void aCompressedPageIsTheSamePage(MetricsFormat format) throws IOException {
        page.render();

        assertThat(unzipped(page.page(format, true, List.of()))).isEqualTo(text(format));
        assertThat(unzipped(page.page(format, true, List.of("a_bytes"))))
                .isEqualTo(text(format, "a_bytes"))
                .isNotEqualTo(text(format));
    }

    @Test
    void aPageIsWrittenOnceUntilTheNextTick() {
        page.render();
        Rendering first = page.page(MetricsFormat.TEXT, true, List.of());

        assertThat(page.page(MetricsFormat.TEXT, true, List.of()).body()).isSameAs(first.body());
        page.render();
        assertThat(page.page(MetricsFormat.TEXT, true, List.of()).body()).isNotSameAs(first.body());
    }

    @Test
    void familiesAreHandedOutByName() {
        page.render();

        assertThat(text(MetricsFormat.TEXT, "b_total", "b_total", "none", ""))
                .isEqualTo("# HELP b_total How often.\n# TYPE b_total counter\nb_total 3.0\n");
        assertThat(text(MetricsFormat.OPENMETRICS, "c_info", "b_total"))
                .contains("b_total 3.0\n")
                .contains("c_info{v=\"1\"} 1\n")
                .doesNotContain("a_bytes")
                .endsWith("# EOF\n");
        assertThat(text(MetricsFormat.TEXT, "evil")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"b", "b_total"})
    void aCounterHasItsNameWithAndWithoutTotal(String name) {
        page.render();

        assertThat(text(MetricsFormat.TEXT, name)).contains("b_total 3.0\n");
        assertThat(text(MetricsFormat.OPENMETRICS, name)).contains("b_total 3.0\n");
    }

    @Test
    void tooManyNamesAreRefused() {
        assertThatThrownBy(() -> page.page(
                        MetricsFormat.TEXT, false, Collections.nCopies(MetricsPage.MOST_NAMES + 1, "a_bytes")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 100");
    }

    @Test
    void aCounterInDcgmsNamesKeepsItsTypeWhereTheFormatAllowsIt() {
        MetricsPage dcgm = new MetricsPage(() -> page(new Metric(
                "DCGM_FI_DEV_PCIE_REPLAY_COUNTER",
                Metric.Type.BARE_COUNTER,
                "Replays.",
                List.of(),
                (scrape, series) -> series.add(4, Labels.EMPTY))));
        dcgm.render();

        assertThat(new String(dcgm.text(), StandardCharsets.UTF_8)).isEqualTo("""
                # HELP DCGM_FI_DEV_PCIE_REPLAY_COUNTER Replays.
                # TYPE DCGM_FI_DEV_PCIE_REPLAY_COUNTER counter
                DCGM_FI_DEV_PCIE_REPLAY_COUNTER 4.0
                """);
        assertThat(new String(
                        dcgm.page(MetricsFormat.OPENMETRICS, false, List.of()).body(), StandardCharsets.UTF_8))
                .contains("# TYPE DCGM_FI_DEV_PCIE_REPLAY_COUNTER unknown\n");
    }

    private static MetricSnapshots collect() {
        return page(
                Metric.gauge("a_bytes", "How\nmuch.", List.of("name"), (scrape, series) -> {
                    series.add(1, Labels.of("name", "x\n# HELP evil \"y\""));
                    series.add(2, Labels.of("name", "z"));
                }),
                Metric.counter("b", "How often.", List.of(), (scrape, series) -> series.add(3, Labels.EMPTY)),
                Metric.info("c", "Which.", List.of("v"), (scrape, series) -> series.add(1, Labels.of("v", "1"))));
    }

    private static MetricSnapshots page(Metric... rows) {
        MetricFamilies families = new MetricFamilies(100, new DroppedSeries());
        for (Metric row : rows) {
            families.add(row, NOTHING);
        }
        return families.snapshots();
    }

    private String text(MetricsFormat format, String... names) {
        return new String(page.page(format, false, List.of(names)).body(), StandardCharsets.UTF_8);
    }

    private static String unzipped(Rendering rendering) throws IOException {
        assertThat(rendering.gzipped()).isTrue();
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(rendering.body()))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
