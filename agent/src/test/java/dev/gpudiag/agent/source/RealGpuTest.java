package dev.gpudiag.agent.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.replay.Replay;
import dev.gpudiag.agent.sampling.NodeSampler;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Quantity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a node with a GPU: a live sample says what nvidia-smi -q -x says of the same node. */
@Tag("gpu")
class RealGpuTest {

    private static final Duration SECONDS = Duration.ofSeconds(30);

    /** What does not change between two readings. */
    private static final List<Quantity<?>> STEADY = List.of(
            GpuQuantities.MEMORY_TOTAL,
            GpuQuantities.MEMORY_RESERVED,
            GpuQuantities.BAR1_TOTAL,
            GpuQuantities.SERIAL,
            GpuQuantities.VBIOS_VERSION,
            GpuQuantities.ECC_MODE,
            GpuQuantities.PCIE_GENERATION_MAX,
            GpuQuantities.PCIE_WIDTH_MAX,
            GpuQuantities.POWER_LIMIT_DEFAULT,
            GpuQuantities.ECC_AGGREGATE_UNCORRECTED,
            GpuQuantities.REMAPPED_ROWS_FAILURE,
            GpuQuantities.MIG_MODE);

    @TempDir
    private Path directory;

    @Test
    void aLiveSampleSaysWhatNvidiaSmiSays() throws Exception {
        Path capture = directory.resolve("nvidia-smi.xml");
        Process smi = new ProcessBuilder("nvidia-smi", "-q", "-x")
                .redirectOutput(capture.toFile())
                .start();
        assertThat(smi.waitFor()).isZero();
        assertThat(Files.size(capture)).isPositive();
        NodeSample said = Replay.open(capture).sample();

        NodeSample live;
        try (NodeSampler sampler = new LiveSource(Optional.empty(), Path.of("/"), Map.of()).sampler(false, SECONDS)) {
            live = sampler.sample(SECONDS, SECONDS);
        }

        assertThat(live.driver().get(HostQuantities.DRIVER_VERSION).value())
                .isEqualTo(said.driver().get(HostQuantities.DRIVER_VERSION).value());
        assertThat(live.gpus()).hasSameSizeAs(said.gpus());
        for (int index = 0; index < live.gpus().size(); index++) {
            compare(live.gpus().get(index), said.gpus().get(index));
        }
    }

    private static void compare(GpuSample live, GpuSample said) {
        assertThat(live.identity().uuid()).isEqualTo(said.identity().uuid());
        assertThat(live.identity().pciBusId()).isEqualTo(said.identity().pciBusId());
        assertThat(live.identity().name()).isEqualTo(said.identity().name());
        for (Quantity<?> quantity : STEADY) {
            assertThat(Optional.<Object>ofNullable(live.value(quantity).orElse(null)))
                    .describedAs(quantity.id())
                    .isEqualTo(Optional.<Object>ofNullable(said.value(quantity).orElse(null)));
        }
    }
}
