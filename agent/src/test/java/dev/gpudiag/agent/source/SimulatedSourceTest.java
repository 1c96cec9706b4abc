package dev.gpudiag.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gpudiag.agent.simulation.Scenario;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.SampleHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the sampler makes of a driver's answers: real library calls, scenarios of a few lines. */
class SimulatedSourceTest {

    private static final Path SIMULATOR = Path.of(System.getProperty("gpudiag.simulator"));
    private static final Duration SECONDS = Duration.ofSeconds(5);
    private static final Duration AT_ONCE = Duration.ofNanos(1);
    private static final String GPUS = """
            [gpu 0..2]
            name = NVIDIA H100 80GB HBM3
            uuid = GPU-%d
            pci_bus_id = 0000:1%d:00.0
            memory.total = 80Gi
            memory.reserved = 1Gi
            memory.used = 10Gi
            temperature.gpu = 50
            """;

    @TempDir
    private Path directory;

    @Test
    void aGpuThatIsLostKeepsItsNameAndLeavesTheOthersAlone() throws IOException {
        try (SimulatedSource source = source("all", GPUS + "[gpu 1]\nlost = after 30 calls\n")) {
            NodeSample last = source.sample(SECONDS, SECONDS);
            for (int round = 0; round < 5; round++) {
                last = source.sample(SECONDS, SECONDS);
            }

            GpuSample lost = last.gpus().get(1);
            assertThat(lost.condition().state()).isEqualTo(GpuCondition.State.LOST);
            assertThat(lost.condition().detail()).contains("(15)");
            assertThat(lost.identity().uuid()).contains("GPU-1");
            assertThat(lost.identity().pciBusId()).contains("0000:11:00.0");
            assertThat(last.gpus().get(0).condition().isAnswering()).isTrue();
            assertThat(last.gpus().get(2).value(GpuQuantities.TEMPERATURE_GPU)).contains(50.0);
        }
    }

    @Test
    void aSpikeBetweenTwoReadingsIsInPeakMeanAndIntegral() throws Exception {
        String spike = GPUS + """
                [gpu *]
                utilization.gpu = 0s:0 4.9s:0 5s:100 5.4s:100 5.5s:0
                power.usage     = 0s:100k 4.9s:100k 5s:700k 5.4s:700k 5.5s:100k
                clock.sm        = 0s:1000 4.9s:1000 5s:2000 5.4s:2000 5.5s:1000
                [history]
                span = 10s
                interval = 10s
                """;
        try (SimulatedSource source = source("all", spike)) {
            SampleHistory history = new SampleHistory(Duration.ofMinutes(5), Duration.ofSeconds(1));
            source.remember(history);
            GpuSample gpu = source.sample(SECONDS, SECONDS).gpus().get(0);

            assertThat(gpu.value(GpuQuantities.UTILIZATION_GPU))
                    .as("what a reading sees")
                    .contains(0.0);
            assertThat(gpu.value(GpuQuantities.UTILIZATION_GPU_PEAK)).contains(1.0);
            assertThat(gpu.value(GpuQuantities.UTILIZATION_GPU_BUSY).orElseThrow())
                    .isCloseTo(0.5, within(0.1));
            // the buffer reaches back to before the first reading, so that more than ten seconds are covered
            double powerSeconds = gpu.value(GpuQuantities.POWER_COVERED).orElseThrow();
            double joules = gpu.value(GpuQuantities.POWER_INTEGRAL).orElseThrow();
            assertThat(powerSeconds).isGreaterThan(9.8);
            assertThat(joules - 100 * powerSeconds)
                    .as("600 W more for half a second")
                    .isCloseTo(300, within(65.0));
            assertThat(gpu.value(GpuQuantities.POWER_MEAN).orElseThrow())
                    .isCloseTo(joules / powerSeconds, within(1e-6));
            assertThat(gpu.value(GpuQuantities.POWER_PEAK)).contains(700.0);
            double clockSeconds = gpu.value(GpuQuantities.CLOCK_SM_COVERED).orElseThrow();
            double cycles = gpu.value(GpuQuantities.CLOCK_SM_CYCLES).orElseThrow();
            assertThat(cycles - 1e9 * clockSeconds).isCloseTo(0.5e9, within(0.11e9));
            assertThat(gpu.value(GpuQuantities.CLOCK_SM_PEAK)).contains(2e9);
        }
    }

    @Test
    void aBufferThatTheGpuDoesNotHaveIsNotSupported() throws Exception {
        try (SimulatedSource source = source("all", GPUS)) {
            GpuSample gpu = source.sample(SECONDS, SECONDS).gpus().get(0);

            assertThat(gpu.get(GpuQuantities.POWER_PEAK).reason()).contains(Reason.NOT_SUPPORTED);
        }
    }

    @Test
    void aGpuThatComesBackIsReadAgain() throws Exception {
        try (SimulatedSource source = source("all", GPUS + "[gpu 1]\nlost = yes\n")) {
            assertThat(source.sample(SECONDS, SECONDS).gpus().get(1).condition().isAnswering())
                    .isFalse();

            write("all", GPUS);
            GpuSample gpu = source.sample(SECONDS, SECONDS).gpus().get(1);
            // the simulator looks at its file at most every 100 ms
            for (int tries = 0; tries < 50 && !gpu.condition().isAnswering(); tries++) {
                TimeUnit.MILLISECONDS.sleep(50);
                gpu = source.sample(SECONDS, SECONDS).gpus().get(1);
            }

            assertThat(gpu.condition().isAnswering()).isTrue();
            assertThat(gpu.value(GpuQuantities.MEMORY_TOTAL)).contains(80L << 30);
        }
    }

    @Test
    void aGpuThatMustBeResetSaysSo() throws IOException {
        assertThat(first(GPUS + "[gpu 0]\nreset_required = yes\n").condition().state())
                .isEqualTo(GpuCondition.State.RESET_REQUIRED);
    }

    @Test
    void aCodeIsAReasonAndNeverAValue() throws IOException {
        GpuSample gpu = first(GPUS + """
                [gpu 0]
                return.nvmlDeviceGetTemperature = 4
                return.nvmlDeviceGetPowerUsage = 999
                return.nvmlDeviceGetFanSpeed = 3
                return.field.230 = 3
                """);

        assertThat(gpu.condition().isAnswering()).isTrue();
        assertMissing(gpu, GpuQuantities.POWER_USAGE, Reason.FAILED);
        assertMissing(gpu, GpuQuantities.FAN_SPEED, Reason.NOT_SUPPORTED);
        assertMissing(gpu, GpuQuantities.RECOVERY_ACTION, Reason.NOT_SUPPORTED);
        assertMissing(gpu, GpuQuantities.ECC_VOLATILE_UNCORRECTED, Reason.NOT_SUPPORTED);
    }

    @Test
    void anOldLibraryLacksCallsAndTheReasonSaysSo() throws IOException {
        try (SimulatedSource source = source("470", GPUS)) {
            GpuSample gpu = source.sample(SECONDS, SECONDS).gpus().getFirst();

            assertMissing(gpu, GpuQuantities.UTILIZATION_JPEG, Reason.SYMBOL_MISSING);
            assertMissing(gpu, GpuQuantities.FABRIC_STATE, Reason.SYMBOL_MISSING);
            // the first memory call knows no reserved part, and counts it as used
            assertMissing(gpu, GpuQuantities.MEMORY_RESERVED, Reason.NOT_SUPPORTED);
            assertThat(gpu.value(GpuQuantities.MEMORY_USED)).contains(11L << 30);
            assertThat(gpu.value(GpuQuantities.TEMPERATURE_GPU)).contains(50.0);
        }
    }

    @Test
    void distancesToLimitsMayBeNegative() throws IOException {
        GpuSample gpu = first(GPUS + """
                [gpu 0]
                temperature.tlimit.shutdown = -8
                temperature.tlimit.gpu_max = 0
                temperature.margin = -3
                """);

        assertThat(gpu.value(GpuQuantities.TLIMIT_SHUTDOWN)).contains(-8.0);
        assertThat(gpu.value(GpuQuantities.TLIMIT_GPU_MAX)).contains(0.0);
        assertThat(gpu.value(GpuQuantities.TEMPERATURE_MARGIN)).contains(-3.0);
    }

    @Test
    void aProcessThatComputesAndDrawsIsOneProcess() throws IOException {
        GpuSample gpu = first(GPUS + """
                [process 0:100]
                type = compute
                used_memory = 1Gi
                name = both
                [process 0:200]
                type = compute
                used_memory = na
                name = hidden
                """);

        List<ComputeProcess> processes = gpu.processes().value().orElseThrow();
        assertThat(processes).extracting(ComputeProcess::pid).containsExactlyInAnyOrder(100L, 200L);
        assertThat(processes.get(0).name()).contains("both");
        assertThat(processes.get(0).usedMemoryBytes().value()).contains(1L << 30);
        assertThat(processes.get(1).usedMemoryBytes().reason()).contains(Reason.NOT_SUPPORTED);
    }

    @Test
    void migDevicesKeepTheirNumbersAroundHoles() throws IOException {
        GpuSample gpu = first(GPUS + """
                [gpu 0]
                mig.mode.current = enabled
                mig.mode.pending = enabled
                mig.max = 7
                [mig 0:1]
                profile = 1g.10gb
                gpu_instance = 7
                compute_instance = 0
                uuid = MIG-1
                memory_total = 10Gi
                memory_used = 2Gi
                placement = 0:1
                [mig 0:4]
                profile = 2g.20gb
                gpu_instance = 3
                compute_instance = 0
                uuid = MIG-4
                memory_total = 20Gi
                memory_used = 3Gi
                placement = 2:2
                """);

        List<MigDevice> devices = gpu.migDevices().value().orElseThrow();
        assertThat(devices).extracting(MigDevice::index).containsExactly(1, 4);
        assertThat(devices.get(1).readings().value(GpuQuantities.MIG_UUID)).contains("MIG-4");
        assertThat(devices.get(1).readings().value(GpuQuantities.GPU_INSTANCE)).contains(3L);
        assertThat(devices.get(1).readings().value(GpuQuantities.MEMORY_USED)).contains(3L << 30);
    }

    @Test
    void aSlowAnswerKeepsTheLastSampleUntilTheDeadline() throws Exception {
        try (SimulatedSource source = source("all", GPUS)) {
            NodeSample good = source.sample(SECONDS, SECONDS);
            write("all", GPUS + "[gpu 2]\nslow.nvmlDeviceGetTemperature* = 1500ms\n");
            GpuSample before = good.gpus().get(2);
            GpuSample slow = source.sample(SECONDS, SECONDS).gpus().get(2);
            // until the simulator has seen its file change and the slow call is under way
            for (int tries = 0; tries < 200 && !slow.takenAt().equals(before.takenAt()); tries++) {
                TimeUnit.MILLISECONDS.sleep(10);
                before = slow;
                slow = source.sample(Duration.ofMillis(50), SECONDS).gpus().get(2);
            }

            GpuSample late =
                    source.sample(Duration.ofMillis(10), AT_ONCE).gpus().get(2);

            // the driver is let go of only when no call is left in it
            assertThat(source.sample(SECONDS, SECONDS).gpus().get(2).condition().isAnswering())
                    .isTrue();
            assertThat(slow.condition().isAnswering()).isTrue();
            assertThat(late.condition().state()).isEqualTo(GpuCondition.State.UNRESPONSIVE);
            assertThat(late.condition().detail())
                    .startsWith("no answer from nvmlDeviceGet")
                    .contains(" s");
            assertThat(late.identity().uuid()).contains("GPU-2");
        }
    }

    @Test
    void aSingleLookBlamesWhatHasNotAnsweredByItsEnd() throws Exception {
        Duration wait = Duration.ofMillis(400);
        try (SimulatedSource source = source("all", GPUS + "[gpu 2]\nslow.nvmlDeviceGetMemoryInfo* = 1s\n")) {
            List<GpuSample> gpus = source.sample(wait, wait).gpus();
            // the library is let go of only when no call is left in it
            source.sample(SECONDS, SECONDS);

            assertThat(gpus.get(2).condition().state()).isEqualTo(GpuCondition.State.UNRESPONSIVE);
            assertThat(gpus.get(2).condition().detail()).startsWith("no answer from nvml");
        }
    }

    @Test
    void aLookOfManyLeavesAFirstReadingItsTime() throws Exception {
        try (SimulatedSource source = source("all", GPUS + "[gpu 2]\nslow.nvmlDeviceGetMemoryInfo* = 1s\n")) {
            List<GpuSample> gpus = source.sample(Duration.ofMillis(400), SECONDS.multipliedBy(4))
                    .gpus();
            source.sample(SECONDS, SECONDS);

            assertThat(gpus.get(2).condition().state()).isEqualTo(GpuCondition.State.PENDING);
        }
    }

    private GpuSample first(String gpus) throws IOException {
        try (SimulatedSource source = source("all", gpus)) {
            return source.sample(SECONDS, SECONDS).gpus().getFirst();
        }
    }

    private SimulatedSource source(String symbols, String gpus) throws IOException {
        return new SimulatedSource(Scenario.read(write(symbols, gpus)), SIMULATOR, 1, SECONDS);
    }

    private Path write(String symbols, String gpus) throws IOException {
        return Files.writeString(directory.resolve("made.scenario"), """
                [scenario]
                title = made by a test
                symbols = %s
                [driver]
                version = 550.54.15
                nvml = 12.550.54.15
                cuda = 12040
                [host]
                module = 550.54.15
                library = 550.54.15
                %s""".formatted(symbols, gpus));
    }

    private static void assertMissing(GpuSample gpu, Quantity<?> quantity, Reason reason) {
        Reading<?> reading = gpu.get(quantity);
        assertThat(reading.reason()).describedAs(quantity + " " + reading).contains(reason);
    }
}
