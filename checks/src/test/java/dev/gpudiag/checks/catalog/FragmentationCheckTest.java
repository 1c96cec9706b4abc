package dev.gpudiag.checks.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.NodeSamples;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleHistory;
import dev.gpudiag.telemetry.ServingEndpoint;
import dev.gpudiag.telemetry.ServingEngine;
import dev.gpudiag.telemetry.ServingEngine.Figure;
import dev.gpudiag.telemetry.ServingEngine.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class FragmentationCheckTest {

    private static final String URL = "http://127.0.0.1:8000/metrics";
    private static final double GIB = 1L << 30;

    private static CheckResult run(NodeSample sample, Settings settings) {
        Evidence evidence = new Evidence(sample, SampleHistory.none(), settings, Optional.empty());
        return new CheckRunner(List.of(new FragmentationCheck()))
                .run(evidence)
                .results()
                .getFirst();
    }

    private static Finding only(NodeSample sample) {
        CheckResult result = run(sample, Settings.defaults());
        assertThat(result.findings()).hasSize(1);
        return result.findings().getFirst();
    }

    private static NodeSample node() {
        return NodeSamples.working().gpu(GpuSamples.h100(0).build()).build();
    }

    private static NodeSample engine(Kind kind, OptionalDouble rate, Map<Figure, Double> figures) {
        return node().withEndpoints(List.of(
                new ServingEndpoint(URL, Reading.of(new ServingEngine(URL, kind, figures, rate), URL))));
    }

    private static MigDevice mig(int index, long instance, String profile, String placement) {
        Readings.Builder readings = Readings.builder()
                .put(GpuQuantities.GPU_INSTANCE, instance, "nvml")
                .put(GpuQuantities.MIG_PROFILE, profile, "nvml");
        if (placement != null) {
            readings.put(GpuQuantities.MIG_PLACEMENT, placement, "nvml");
        }
        return new MigDevice(index, readings.build());
    }

    private static NodeSample mig(MigDevice... devices) {
        return NodeSamples.working()
                .gpu(GpuSamples.h100(0)
                        .with(GpuQuantities.MIG_MODE, true)
                        .mig(devices)
                        .build())
                .build();
    }

    @Test
    void withoutEndpointsAndMigItIsSkippedAsNotMeasurable() {
        CheckResult result = run(node(), Settings.defaults());
        assertThat(result.status()).isEqualTo(Status.SKIPPED);
        assertThat(result.summary()).contains("not measurable from NVML");
    }

    @Test
    void aNodeWithoutGpusIsSkippedToo() {
        assertThat(run(NodeSamples.bare().build(), Settings.defaults()).status())
                .isEqualTo(Status.SKIPPED);
    }

    @Test
    void preemptionsAreTheSignOfAKvCacheThatIsTooSmall() {
        Map<Figure, Double> figures = Map.of(Figure.KV_CACHE_USAGE, 0.99, Figure.PREEMPTIONS, 40.0);
        Finding now = only(engine(Kind.VLLM, OptionalDouble.of(6), figures));
        assertThat(now.status()).isEqualTo(Status.WARNING);
        assertThat(now.seen()).isEqualTo("vLLM at " + URL + ": KV cache 99 % used, 6.0 preemptions a minute");
        assertThat(now.measurements()).extracting("name").contains("kv_cache_usage_ratio", "preemptions_per_minute");
        Finding before = only(engine(Kind.VLLM, OptionalDouble.empty(), figures));
        assertThat(before.status()).isEqualTo(Status.INFO);
        assertThat(before.seen()).contains("40 preemptions since its start");
        Finding none = only(engine(Kind.VLLM, OptionalDouble.of(0.2), figures));
        assertThat(none.status()).isEqualTo(Status.OK);
    }

    @Test
    void aFullKvCacheAloneIsWhatItIsFor() {
        assertThat(only(engine(Kind.SGLANG, OptionalDouble.empty(), Map.of(Figure.KV_CACHE_USAGE, 0.99)))
                        .status())
                .isEqualTo(Status.OK);
        assertThat(only(engine(
                                Kind.SGLANG,
                                OptionalDouble.empty(),
                                Map.of(Figure.KV_CACHE_USAGE, 0.99, Figure.REQUESTS_WAITING, 12.0)))
                        .status())
                .isEqualTo(Status.INFO);
    }

    @Test
    void anAllocatorWhoseFreeMemoryIsInPiecesIsAWarning() {
        Map<Figure, Double> pieces =
                Map.of(Figure.BYTES_LIMIT, 60 * GIB, Figure.BYTES_IN_USE, 40 * GIB, Figure.LARGEST_FREE_BLOCK, 5 * GIB);
        Finding finding = only(engine(Kind.JAX, OptionalDouble.empty(), pieces));
        assertThat(finding.status()).isEqualTo(Status.WARNING);
        assertThat(finding.seen()).contains("20.0 GiB free").contains("F3 0.75");
        Map<Figure, Double> whole = Map.of(
                Figure.BYTES_LIMIT, 60 * GIB, Figure.BYTES_IN_USE, 40 * GIB, Figure.LARGEST_FREE_BLOCK, 15 * GIB);
        assertThat(only(engine(Kind.JAX, OptionalDouble.empty(), whole)).status())
                .isEqualTo(Status.OK);
        Map<Figure, Double> little = Map.of(
                Figure.BYTES_LIMIT, 40.5 * GIB, Figure.BYTES_IN_USE, 40 * GIB, Figure.LARGEST_FREE_BLOCK, GIB / 16);
        assertThat(only(engine(Kind.JAX, OptionalDouble.empty(), little)).status())
                .isEqualTo(Status.OK);
        assertThat(only(engine(
                                Kind.JAX,
                                OptionalDouble.empty(),
                                Map.of(Figure.BYTES_LIMIT, 60 * GIB, Figure.BYTES_IN_USE, 40 * GIB)))
                        .seen())
                .contains("in which pieces is not told");
    }

    @Test
    void aPoolThatIsNearlyFullIsWorthAWord() {
        assertThat(only(engine(
                                Kind.TRITON,
                                OptionalDouble.empty(),
                                Map.of(Figure.POOL_TOTAL, 268435456.0, Figure.POOL_USED, 265000000.0)))
                        .status())
                .isEqualTo(Status.INFO);
    }

    @Test
    void anEndpointThatDoesNotAnswerOrTellsNothingIsUnknown() {
        NodeSample silent = node().withEndpoints(
                        List.of(new ServingEndpoint(URL, Reading.missing(Reason.FAILED, URL, "connection refused"))));
        assertThat(only(silent).status()).isEqualTo(Status.UNKNOWN);
        assertThat(only(silent).seen()).isEqualTo(URL + ": connection refused");
        assertThat(only(engine(Kind.UNKNOWN, OptionalDouble.empty(), Map.of())).status())
                .isEqualTo(Status.UNKNOWN);
    }

    @Test
    void migInstancesThatBlockALargerOneAreToldAndAreAWarningWhereItIsWanted() {
        NodeSample sample = mig(mig(0, 7, "1g.10gb", "1:1"), mig(1, 8, "1g.10gb", "5:1"));
        Finding finding = only(sample);
        assertThat(finding.status()).isEqualTo(Status.OK);
        assertThat(finding.seen()).isEqualTo("2 MIG instances, 6 of 8 memory slices free, and no place for 3g, 4g");
        Settings wanted = Settings.defaults().with(FragmentationCheck.MIG_PROFILES, "1g.10gb, 3g.40gb");
        assertThat(run(sample, wanted).status()).isEqualTo(Status.WARNING);
        Settings other = Settings.defaults().with(FragmentationCheck.MIG_PROFILES, "2g.20gb");
        assertThat(run(sample, other).status()).isEqualTo(Status.OK);
    }

    @Test
    void computeInstancesOfOneGpuInstanceAreCountedOnce() {
        Finding finding = only(
                mig(mig(0, 7, "1c.3g.40gb", "0:4"), mig(1, 7, "1c.3g.40gb", "0:4"), mig(2, 7, "1c.3g.40gb", "0:4")));
        assertThat(finding.status()).isEqualTo(Status.OK);
        assertThat(finding.seen()).isEqualTo("1 MIG instance, 4 of 8 memory slices free, and no place for 4g");
    }

    @Test
    void withoutTheRightToSeePlacementsItIsSkipped() {
        assertThat(only(mig(mig(0, 7, "3g.40gb", null))).status()).isEqualTo(Status.SKIPPED);
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        for (String url : new ArrayList<>(List.of(
                "8000/metrics",
                "file:///etc/passwd",
                "http://user:secret@host/",
                "http://",
                "ftp://a/",
                "http://a/#b"))) {
            assertThatThrownBy(() -> FragmentationCheck.ENDPOINTS.parse(url))
                    .as(url)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(FragmentationCheck.ENDPOINTS.parse(" http://a:8000/metrics,  http://[::1]:8002/metrics?x=1 "))
                .contains("http://a:8000/metrics,http://[::1]:8002/metrics?x=1");
        assertThatThrownBy(() -> FragmentationCheck.ENDPOINTS.parse("http://a/ ".repeat(17)))
                .hasMessageContaining("more than 16");
        assertThatThrownBy(() -> FragmentationCheck.MIG_PROFILES.parse("huge")).hasMessageContaining("3g.40gb");
        assertThat(FragmentationCheck.MIG_PROFILES.parse("")).isEmpty();
    }
}
