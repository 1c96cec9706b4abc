package dev.gpudiag.checks.fit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.fit.Advice.Kind;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleHistory;
import dev.gpudiag.telemetry.SampleSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdviceTest {

    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
    private static final GpuIdentity GPU =
            new GpuIdentity(0, Optional.of("GPU-1"), Optional.of("0000:01:00.0"), Optional.of("NVIDIA H100 80GB HBM3"));
    private static final double GIB = 1L << 30;

    @ParameterizedTest
    @CsvSource({
        "0.05, WASTE",
        "0.19, WASTE",
        "0.25, SCALE_IN",
        "0.35, LOW",
        "0.4, HEALTHY",
        "0.6, HEALTHY",
        "0.79, HEALTHY",
        "0.85, SCALE_OUT"
    })
    void utilizationFallsIntoItsBand(double level, Kind kind) {
        assertThat(kinds(60, minute -> level, minute -> 20 + minute % 10, true)).contains(kind);
    }

    @Test
    void aGpuThatRestedWithinTheLastQuarterOfAnHourDoesNotAskForMore() {
        assertThat(kinds(60, minute -> minute == 55 ? 0.5 : 0.95, minute -> 20 + minute % 10, true))
                .contains(Kind.BUSY)
                .doesNotContain(Kind.SCALE_OUT);
    }

    @Test
    void aGpuThatWorkedWithinTheLastQuarterOfAnHourIsNotScaledIn() {
        assertThat(kinds(60, minute -> minute == 50 ? 0.9 : 0.28, minute -> 20 + minute % 10, true))
                .contains(Kind.LOW)
                .doesNotContain(Kind.SCALE_IN);
    }

    @Test
    void nothingAtAllForTheWholeTimeIsIdle() {
        assertThat(kinds(60, minute -> 0, minute -> 0.5, false)).containsExactly(Kind.IDLE);
        assertThat(kinds(60, minute -> 0, minute -> 20 + minute % 10, true)).contains(Kind.WASTE);
    }

    @ParameterizedTest
    @CsvSource({
        "5, SMALLER_GPU, T4",
        "17, SMALLER_GPU, A10",
        "30, SMALLER_GPU, A100-40",
        "60, MEMORY_FITS, right size",
        "76, LARGER_GPU, H200"
    })
    void memoryIsHeldAgainstSmallerAndLargerGpus(double peakGib, Kind kind, String words) {
        List<Advice> advice = advice(60, minute -> 0.6, minute -> minute == 30 ? peakGib : peakGib / 2, true);
        assertThat(advice).anySatisfy(one -> {
            assertThat(one.kind()).isEqualTo(kind);
            assertThat(one.text()).contains(words);
        });
    }

    @Test
    void whatAnEngineReservedAheadSaysNothingOfTheNeed() {
        assertThat(kinds(60, minute -> 0.6, minute -> 72, true)).contains(Kind.RESERVED_AHEAD);
    }

    @Test
    void whatStillGrowsIsNotResized() {
        assertThat(kinds(120, minute -> 0.6, minute -> 10 + minute / 10, true))
                .contains(Kind.MEMORY_GROWS)
                .doesNotContain(Kind.SMALLER_GPU);
    }

    @Test
    void shortTimesAreNotJudged() {
        assertThat(kinds(10, minute -> 0.9, minute -> 20, true)).containsExactly(Kind.NOT_KNOWN);
    }

    @Test
    void withoutUtilizationOnlyTheMemoryIsJudged() {
        assertThat(kinds(60, minute -> Double.NaN, minute -> 10 + minute % 7, true))
                .containsExactly(Kind.NOT_KNOWN, Kind.SMALLER_GPU);
    }

    private static List<Kind> kinds(
            int minutes, DoubleUnaryOperator utilization, DoubleUnaryOperator gib, boolean busy) {
        return advice(minutes, utilization, gib, busy).stream()
                .map(Advice::kind)
                .toList();
    }

    private static List<Advice> advice(
            int minutes, DoubleUnaryOperator utilization, DoubleUnaryOperator gib, boolean busy) {
        SampleHistory history = new SampleHistory(Duration.ofHours(3), Duration.ofSeconds(10));
        GpuSample last = null;
        for (int minute = 0; minute <= minutes; minute++) {
            last = sample(minute, utilization.applyAsDouble(minute), gib.applyAsDouble(minute), busy);
            history.add(new NodeSample(
                    last.takenAt(),
                    SampleSource.live(),
                    new DriverState(
                            Reading.of(true, "t"),
                            Readings.empty(),
                            Reading.of(List.of(), "t"),
                            Reading.of(List.of(), "t")),
                    List.of(last)));
        }
        return Advice.of(GpuUsage.of(last, history, last.takenAt()), GpuModels.shipped());
    }

    private static GpuSample sample(int minute, double utilization, double gib, boolean busy) {
        Readings.Builder readings = Readings.builder()
                .put(GpuQuantities.MEMORY_TOTAL, 81559L << 20, "t")
                .put(GpuQuantities.MEMORY_RESERVED, 454L << 20, "t")
                .put(GpuQuantities.MEMORY_USED, (long) (gib * GIB), "t");
        if (!Double.isNaN(utilization)) {
            readings.put(GpuQuantities.UTILIZATION_GPU, utilization, "t");
        }
        return new GpuSample(
                GPU,
                START.plus(Duration.ofMinutes(minute)),
                GpuCondition.answering(),
                readings.build(),
                List.of(),
                Reading.of(
                        IntStream.range(0, busy ? 1 : 0)
                                .mapToObj(pid -> new ComputeProcess(
                                        pid + 1,
                                        ComputeProcess.Type.COMPUTE,
                                        Optional.empty(),
                                        OptionalInt.empty(),
                                        OptionalInt.empty(),
                                        Reading.notRead("t"),
                                        Reading.notRead("t")))
                                .toList(),
                        "t"),
                Reading.of(List.of(), "t"));
    }
}
