package dev.gpudiag.agent.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.simulation.Scenario;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The performance monitor, through real library calls of the simulated driver. */
class PerformanceMonitorTest {

    private static final Path SIMULATOR = Path.of(System.getProperty("gpudiag.simulator"));
    private static final Duration SECONDS = Duration.ofSeconds(5);
    private static final int MOST_SAMPLES = 10_000;

    @TempDir
    private Path directory;

    @Test
    void nobodyWhoDidNotAskHasItRead() throws IOException {
        GpuSample gpu = sampled("healthy-h100x8", text -> text, Set.of());

        assertThat(gpu.readings().contains(GpuQuantities.PROFILE_SM_ACTIVE)).isFalse();
    }

    @Test
    void aMonitorMeasuresBetweenTwoSamplesInBaseUnits() throws IOException {
        GpuSample gpu = sampled("healthy-h100x8", text -> text, Set.of(Need.PERFORMANCE));

        assertThat(gpu.value(GpuQuantities.PROFILE_SM_ACTIVE))
                .hasValueSatisfying(ratio -> assertThat(ratio).isBetween(0.4, 0.8));
        assertThat(gpu.value(GpuQuantities.PROFILE_PCIE_RECEIVE))
                .hasValueSatisfying(bytes -> assertThat(bytes).isBetween(200.0 * 1024 * 1024, 1300.0 * 1024 * 1024));
        assertThat(gpu.get(GpuQuantities.PROFILE_FP64_ACTIVE).isPresent())
                .as("what the scenario does not give")
                .isFalse();
    }

    @Test
    void aGpuWithoutOneIsNotSupportedAndAnswersAllTheSame() throws IOException {
        GpuSample gpu = sampled("t4", text -> text, Set.of(Need.PERFORMANCE));

        assertThat(gpu.condition().isAnswering()).isTrue();
        assertThat(gpu.get(GpuQuantities.PROFILE_SM_ACTIVE).reason()).hasValue(Reason.NOT_SUPPORTED);
    }

    @Test
    void aLibraryThatIsTooOldForItIsSaidToBeSo() throws IOException {
        GpuSample gpu =
                sampled("t4", text -> text.replaceAll("(?m)^symbols .*$", "symbols = 470"), Set.of(Need.PERFORMANCE));

        assertThat(gpu.condition().isAnswering()).isTrue();
        assertThat(gpu.get(GpuQuantities.PROFILE_SM_ACTIVE).isPresent()).isFalse();
        assertThat(gpu.get(GpuQuantities.PROFILE_SM_ACTIVE).failed()).isFalse();
    }

    private interface Change {
        String of(String scenario);
    }

    /** The first GPU, once its monitor has had two samples. */
    private GpuSample sampled(String scenario, Change change, Set<Need> needs) throws IOException {
        Path file = SIMULATOR.resolve("scenarios").resolve(scenario + ".scenario");
        Path changed = Files.writeString(directory.resolve(scenario + ".scenario"), change.of(Files.readString(file)));
        try (SimulatedSource source = new SimulatedSource(Scenario.read(changed), SIMULATOR, 1, SECONDS, needs)) {
            GpuSample gpu = source.sample(SECONDS, SECONDS).gpus().getFirst();
            for (int i = 0; i < MOST_SAMPLES && waits(gpu) && !needs.isEmpty(); i++) {
                gpu = source.sample(SECONDS, SECONDS).gpus().getFirst();
            }
            return gpu;
        }
    }

    private static boolean waits(GpuSample gpu) {
        return gpu.get(GpuQuantities.PROFILE_SM_ACTIVE)
                .reason()
                .filter(Reason.NOT_READ::equals)
                .isPresent();
    }
}
