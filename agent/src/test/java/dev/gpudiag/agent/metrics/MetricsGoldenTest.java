package dev.gpudiag.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pages of simulated nodes, byte for byte: names, labels and values are public.
 *
 * <p>{@code -Dgpudiag.update-goldens=true} writes them anew. Masked are the version of Java and times of the kernel log,
 * which a simulation tells from the time of the day.
 */
class MetricsGoldenTest {

    private static final Path GOLDENS =
            Path.of(System.getProperty("gpudiag.root"), "agent/src/test/resources/dev/gpudiag/agent/metrics");
    private static final MetricOptions EVERYTHING =
            new MetricOptions(true, true, 500, true, true, 20_000, Optional.of(8));

    @ParameterizedTest
    @ValueSource(strings = {"mig-a100", "t4", "rtx-consumer", "driver-not-loaded", "driver-mismatch"})
    void aPageIsWhatItWas(String scenario) throws IOException {
        String page = masked(SimulatedReport.of(scenario).text(MetricOptions.STANDARD));

        hold(scenario + ".metrics", page);
    }

    @ParameterizedTest
    @ValueSource(strings = {"healthy-h100x8", "mig-a100"})
    void aPageWithEverythingThatCanBeAskedForIsWhatItWas(String scenario) throws IOException {
        String page = masked(SimulatedReport.of(scenario).text(EVERYTHING));

        hold(scenario + "-everything.metrics", page);
    }

    @Test
    void xidsAreCountedByGpuAndNumberWithTheTimeOfTheLast() throws IOException {
        Rendering part = SimulatedReport.of("xid-application")
                .page(MetricOptions.STANDARD)
                .page(
                        MetricsFormat.TEXT,
                        false,
                        List.of("gpudiag_gpu_xid_errors_total", "gpudiag_gpu_xid_last_timestamp_seconds"));

        hold("xid-application.metrics", masked(new String(part.body(), StandardCharsets.UTF_8)));
    }

    @Test
    void anOpenMetricsPageIsWhatItWas() throws IOException {
        byte[] page = SimulatedReport.of("t4")
                .page(MetricOptions.STANDARD)
                .page(MetricsFormat.OPENMETRICS, false, List.of())
                .body();

        hold("t4.openmetrics", masked(new String(page, StandardCharsets.UTF_8)));
    }

    private static String masked(String page) {
        return page.replaceAll("java=\"[^\"]*\"", "java=\"25\"")
                .replaceAll("(?m)^(gpudiag_gpu_xid_last_timestamp_seconds\\{.*}) .*$", "$1 TIME");
    }

    private static void hold(String name, String page) throws IOException {
        Path golden = GOLDENS.resolve(name);
        if (Boolean.getBoolean("gpudiag.update-goldens")) {
            Files.writeString(golden, page);
        }
        String before = Files.readString(golden);
        assertThat(linesNotIn(before, page)).as("new lines").isEmpty();
        assertThat(linesNotIn(page, before)).as("lost lines").isEmpty();
        assertThat(page.equals(before)).as("the same lines in the same order").isTrue();
    }

    private static List<String> linesNotIn(String page, String other) {
        Set<String> lines = page.lines().collect(Collectors.toSet());
        return other.lines().filter(line -> !lines.contains(line)).toList();
    }
}
