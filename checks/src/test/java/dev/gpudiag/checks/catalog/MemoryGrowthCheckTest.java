package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_TOTAL;
import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_USED;
import static dev.gpudiag.telemetry.GpuSamples.GIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Measurement;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.ServingEndpoint;
import dev.gpudiag.telemetry.ServingEngine;
import dev.gpudiag.telemetry.ServingEngine.Figure;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryGrowthCheckTest {

    private static final int HOUR = 3600;
    private static final String URL = "http://127.0.0.1:8000/metrics";

    private static Evidences history(int hours, IntToLongFunction used) {
        return Evidences.series(hours * HOUR, 60, second -> {
            long bytes = used.applyAsLong(second);
            return GpuSamples.h100(0)
                    .with(MEMORY_TOTAL, 81 * GIB)
                    .with(MEMORY_USED, bytes)
                    .process(4000, bytes);
        });
    }

    /** Flat for two hours, then so many GiB an hour. */
    private static IntToLongFunction leak(double gibPerHour) {
        return second -> (long) (20 * GIB + Math.max(0, second - 2 * HOUR) * gibPerHour * GIB / HOUR);
    }

    private static Finding finding(Evidences evidences) {
        return evidences.result("memory-growth").findings().getFirst();
    }

    @ParameterizedTest
    @CsvSource({"12, 0, OK", "12, 1, WARNING", "12, 5, CRITICAL", "6, 5, WARNING"})
    void aConfirmedLeakThatFillsTheGpuWithinADayIsCritical(int hours, double gibPerHour, Status status) {
        assertThat(finding(history(hours, leak(gibPerHour))).status()).isEqualTo(status);
    }

    @Test
    void aLeakIsToldWithItsProcessSpeedEndAndLookAlikes() {
        Finding finding = finding(history(12, leak(1)));

        assertThat(finding.subject().describe()).isEqualTo("gpu 0 pid 4000");
        assertThat(finding.seen())
                .startsWith("confirmed leak: python holds 30.0 GiB, grows by ")
                .contains(" MiB/h (", ", full in 2 d (");
        assertThat(finding.why()).contains("The same would be seen of: ", "cache");
        assertThat(finding.measurements())
                .extracting(Measurement::name)
                .containsExactly(
                        "memory_growth_level",
                        "memory_growth_bytes_per_second",
                        "memory_growth_low_bytes_per_second",
                        "memory_growth_high_bytes_per_second",
                        "memory_exhaustion_seconds",
                        "memory_exhaustion_low_seconds",
                        "memory_exhaustion_high_seconds");
    }

    private static ServingEndpoint engine(ServingEngine.Kind kind, Figure figure, double value) {
        return new ServingEndpoint(
                URL, Reading.of(new ServingEngine(URL, kind, Map.of(figure, value), OptionalDouble.empty()), URL));
    }

    @ParameterizedTest
    @CsvSource({
        "VLLM, KV_CACHE_USAGE, 0.63, vLLM at http://127.0.0.1:8000/metrics (KV cache 63 % used now): usage that rises",
        "JAX, BYTES_IN_USE, 1073741824, JAX at http://127.0.0.1:8000/metrics (1.0 GiB in use in its allocator now): where",
        "TRITON, POOL_USED, 1073741824, Triton at http://127.0.0.1:8000/metrics (1.0 GiB of its pools used now): where"
    })
    void whatAServingEngineSaysNowIsAHintAndChangesNoStatus(
            ServingEngine.Kind kind, Figure figure, double value, String hint) {
        Finding without = finding(history(12, leak(1)));
        Finding with = finding(history(12, leak(1)).endpoints(engine(kind, figure, value)));

        assertThat(with.status()).isEqualTo(without.status()).isEqualTo(Status.WARNING);
        assertThat(with.seen()).isEqualTo(without.seen());
        assertThat(with.actions()).hasSize(without.actions().size() + 1).anyMatch(action -> action.contains(hint));
        assertThat(with.evidence())
                .anyMatch(proof -> proof.source().equals(URL)
                        && proof.value().endsWith("how it was before, and of which process, is not known"));
    }

    @Test
    void anEngineThatDoesNotAnswerOrTellsNothingOfMemoryIsNoHint() {
        Finding without = finding(history(12, leak(1)));
        Finding with = finding(history(12, leak(1))
                .endpoints(
                        new ServingEndpoint(URL, Reading.missing(Reason.TIMED_OUT, URL, "no answer")),
                        engine(ServingEngine.Kind.VLLM, Figure.REQUESTS_RUNNING, 4)));

        assertThat(with).isEqualTo(without);
    }

    @Test
    void memoryThatDoesNotGrowHasNoHint() {
        Finding level =
                finding(history(12, leak(0)).endpoints(engine(ServingEngine.Kind.VLLM, Figure.KV_CACHE_USAGE, 0.63)));

        assertThat(level.status()).isEqualTo(Status.OK);
        assertThat(level.actions()).isEmpty();
    }

    @Test
    void steadyGrowthSinceBirthIsInfoAtFirst() {
        Finding finding = finding(history(3, second -> 20 * GIB + second * GIB / HOUR));

        assertThat(finding.status()).isEqualTo(Status.INFO);
        assertThat(finding.seen()).startsWith("suspect leak");
    }

    @Test
    void withoutHistoryItIsSkipped() {
        Evidences once = Evidences.of(GpuSamples.h100(0).process(4000, GIB));

        assertThat(once.said("memory-growth"))
                .containsExactly("SKIPPED gpu 0: needs 1 h of history, has none: run gpudiag serve");
        assertThat(Evidences.of(GpuSamples.h100(0).processesUnknown()).said("memory-growth"))
                .containsExactly("SKIPPED gpu 0: processes cannot be listed: no permission");
        assertThat(Evidences.series(600, 60, second -> GpuSamples.h100(0).process(4000, GIB))
                        .said("memory-growth"))
                .containsExactly("SKIPPED gpu 0: needs 1 h of history, has 10 m");
    }

    @Test
    void aGpuWithoutProcessesHasNoneThatLeaks() {
        assertThat(Evidences.of(GpuSamples.h100(0)).said("memory-growth")).containsExactly("OK gpu 0: no process");
    }

    @Test
    void aMigDeviceThatGrowsIsToldWhereItsProcessesAreNotListed() {
        Evidences evidences = Evidences.series(
                12 * HOUR,
                60,
                second -> GpuSamples.h100(0)
                        .mig(new MigDevice(
                                2,
                                Readings.builder()
                                        .put(GpuQuantities.GPU_INSTANCE, 3L, "nvml")
                                        .put(GpuQuantities.COMPUTE_INSTANCE, 0L, "nvml")
                                        .put(GpuQuantities.MIG_UUID, "MIG-1", "nvml")
                                        .put(MEMORY_TOTAL, 20 * GIB, "nvml")
                                        .put(MEMORY_USED, 2 * GIB + leak(1).applyAsLong(second) - 20 * GIB, "nvml")
                                        .build())));

        Finding finding = finding(evidences);
        assertThat(finding.subject().describe()).isEqualTo("gpu 0 mig 2");
        assertThat(finding.seen()).contains("the MIG device holds 12.0 GiB");
        assertThat(finding.status()).as("8 GiB are left for 1 GiB/h").isEqualTo(Status.CRITICAL);
    }
}
