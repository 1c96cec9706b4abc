package dev.gpudiag.checks.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadTestTest {

    private static final double MIB = 1 << 20;
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    private static List<Sample> series(int minutes, IntToDoubleFunction value) {
        List<Sample> samples = new ArrayList<>();
        for (int second = 0; second <= minutes * 60; second += 10) {
            samples.add(new Sample(NOW.plusSeconds(second), value.applyAsDouble(second)));
        }
        return samples;
    }

    private static LoadTest.Memory memory(int minutes, IntToDoubleFunction mib) {
        return LoadTest.of(series(minutes, second -> mib.applyAsDouble(second) * MIB), List.of())
                .memory();
    }

    @Test
    void memoryThatStaysOrLoadsAModelOrSwingsDoesNotGrow() {
        assertThat(memory(30, second -> 20_000)).isEqualTo(LoadTest.Memory.DOES_NOT_GROW);
        assertThat(memory(30, second -> second < 200 ? 500 : 20_000)).isEqualTo(LoadTest.Memory.DOES_NOT_GROW);
        assertThat(memory(30, second -> 20_000 + second % 60 * 10)).isEqualTo(LoadTest.Memory.DOES_NOT_GROW);
        assertThat(memory(30, second -> 20_000 + second / 60.0)).as("30 MiB").isEqualTo(LoadTest.Memory.DOES_NOT_GROW);
    }

    @Test
    void memoryThatKeepsGrowingGrows() {
        LoadTest test = LoadTest.of(series(30, second -> (20_000 + second / 3.0) * MIB), List.of());

        assertThat(test.memory()).isEqualTo(LoadTest.Memory.GROWS);
        assertThat(test.growth().orElseThrow().perSecond()).isBetween(MIB / 3.3, MIB / 2.7);
    }

    @Test
    void aShortWindowOrOneWithAGapCannotTell() {
        assertThat(memory(9, second -> 20_000)).isEqualTo(LoadTest.Memory.TOO_SHORT);
        assertThat(LoadTest.of(List.of(), List.of()).memory()).isEqualTo(LoadTest.Memory.TOO_SHORT);
        List<Sample> gap = series(30, second -> 1).stream()
                .filter(sample -> sample.at().isBefore(NOW.plusSeconds(300))
                        || sample.at().isAfter(NOW.plusSeconds(900)))
                .toList();
        assertThat(LoadTest.of(gap, List.of()).memory()).isEqualTo(LoadTest.Memory.TOO_SHORT);
    }

    @ParameterizedTest
    @CsvSource({"0.39, LOW", "0.4, HEALTHY", "0.8, HEALTHY", "0.81, HIGH"})
    void fortyToEightyPercentIsHealthy(double utilization, LoadTest.Load load) {
        LoadTest test = LoadTest.of(List.of(), List.of(new Sample(NOW, utilization)));

        assertThat(test.load()).isEqualTo(load);
        assertThat(LoadTest.of(List.of(), List.of()).load()).isEqualTo(LoadTest.Load.NOT_KNOWN);
    }
}
