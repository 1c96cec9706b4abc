package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PcieCheckTest {

    private static GpuSamples gpu() {
        return gpu(0);
    }

    private static GpuSamples gpu(int index) {
        return GpuSamples.h100(index)
                .with(PCIE_WIDTH, 16L)
                .with(PCIE_WIDTH_MAX, 16L)
                .with(PCIE_WIDTH_SYSFS, 16L)
                .with(PCIE_PORT, "0000:17:01.0")
                .with(PCIE_PORT_WIDTH_MAX, 16L)
                .with(PCIE_GENERATION, 5L)
                .with(PCIE_GENERATION_MAX, 5L)
                .with(PCIE_PORT_GENERATION_MAX, 5L)
                .with(PCIE_REPLAYS, 0L);
    }

    private static CheckResult pcie(GpuSamples gpu) {
        return Evidences.of(gpu).result("pcie");
    }

    private static CheckResult lately(int seconds, IntFunction<GpuSamples> at) {
        return Evidences.series(seconds, 10, at).result("pcie");
    }

    @ParameterizedTest
    @CsvSource({
        // lanes now, as the kernel says, of the GPU, of the slot
        "16, 16, 16, 16, OK",
        "4, 4, 16, 16, CRITICAL",
        "8, 8, 16, 8, OK", // a slot of 8 lanes
        "4, 4, 16, 8, CRITICAL",
        "4, 16, 16, 16, INFO", // the second reading says otherwise
        "8, 8, 8, 16, OK" // a GPU of 8 lanes
    })
    void lanesAreHeldAgainstGpuAndSlotTogetherInTwoReadings(long now, long kernel, long own, long slot, Status status) {
        GpuSamples gpu = gpu().with(PCIE_WIDTH, now)
                .with(PCIE_WIDTH_SYSFS, kernel)
                .with(PCIE_WIDTH_MAX, own)
                .with(PCIE_PORT_WIDTH_MAX, slot);

        assertThat(pcie(gpu).status()).isEqualTo(status);
    }

    @Test
    void historyStandsForTheKernelsReading() {
        IntFunction<GpuSamples> narrowFrom20 = second ->
                gpu().without(PCIE_WIDTH_SYSFS, Reason.NOT_SUPPORTED).with(PCIE_WIDTH, second < 20 ? 16L : 4L);

        assertThat(lately(20, narrowFrom20).status()).isEqualTo(Status.INFO);
        assertThat(lately(30, narrowFrom20).status()).isEqualTo(Status.CRITICAL);
    }

    @Test
    void whereTheSlotIsNotKnownIdenticalGpusStandForIt() {
        List<GpuSamples> gpus = IntStream.range(0, 4)
                .mapToObj(index -> gpu(index)
                        .without(PCIE_PORT_WIDTH_MAX, Reason.NOT_SUPPORTED)
                        .with(PCIE_WIDTH, index == 3 ? 4L : 16L))
                .toList();

        assertThat(Evidences.ofAll(gpus).said("pcie"))
                .first()
                .isEqualTo("WARNING gpu 3: 4 PCIe lanes, while 3 identical GPUs have 16");
    }

    @Test
    void gpusThatAllHaveFewLanesAreInSlotsOfFewLanes() {
        List<GpuSamples> gpus = IntStream.range(0, 4)
                .mapToObj(index -> gpu(index)
                        .without(PCIE_PORT_WIDTH_MAX, Reason.NOT_SUPPORTED)
                        .with(PCIE_WIDTH, index == 0 ? 16L : 1L))
                .toList();

        assertThat(Evidences.ofAll(gpus).result("pcie").status()).isEqualTo(Status.INFO);
    }

    @ParameterizedTest
    @CsvSource({
        // generation now, of the GPU, of the slot, utilization, performance state
        "3, 5, 5, 0.9, 0, WARNING",
        "1, 5, 5, 0.0, 8, OK", // saves power
        "1, 5, 5, 0.9, 8, OK", // busy a moment ago
        "3, 5, 5, 0.49, 0, OK",
        "3, 5, 3, 0.9, 0, OK", // a slot of generation 3
        "5, 5, 5, 0.9, 0, OK"
    })
    void aLowGenerationCountsUnderLoad(long now, long own, long slot, double utilization, long state, Status status) {
        GpuSamples gpu = gpu().with(PCIE_GENERATION, now)
                .with(PCIE_GENERATION_MAX, own)
                .with(PCIE_PORT_GENERATION_MAX, slot)
                .with(UTILIZATION_GPU, utilization)
                .with(PERFORMANCE_STATE, state);

        assertThat(pcie(gpu).status()).isEqualTo(status);
    }

    @Test
    void workThatBeganThisMomentFindsTheLinkStillSlow() {
        assertThat(lately(20, second -> gpu().with(UTILIZATION_GPU, 0.9).with(PCIE_GENERATION, second < 20 ? 5L : 1L))
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void utilizationIsNotKnownUnderMig() {
        GpuSamples gpu = gpu().without(UTILIZATION_GPU, Reason.NOT_SUPPORTED).with(PCIE_GENERATION, 3L);

        assertThat(pcie(gpu).status()).isEqualTo(Status.OK);
    }

    @ParameterizedTest
    @CsvSource({
        // lanes, generation, replays in a minute
        "16, 4, 16, OK",
        "16, 4, 17, WARNING",
        "16, 5, 31, OK",
        "16, 5, 32, WARNING",
        "1, 1, 1, OK",
        "1, 1, 2, WARNING"
    })
    void replaysAreHeldAgainstLanesAndGeneration(long lanes, long generation, long inAMinute, Status status) {
        CheckResult result = lately(
                60,
                second -> gpu().with(PCIE_WIDTH, lanes)
                        .with(PCIE_WIDTH_MAX, lanes)
                        .with(PCIE_GENERATION, generation)
                        .with(PCIE_GENERATION_MAX, generation)
                        .with(PCIE_REPLAYS, 65_000 + inAMinute * second / 60));

        assertThat(result.status()).isEqualTo(status);
    }

    @Test
    void aReplayCounterThatIsResetIsNoBurst() {
        assertThat(lately(60, second -> gpu().with(PCIE_REPLAYS, second < 30 ? 4_294_967_290L : 3L))
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void withoutHistoryARateIsNotJudgedAndThatIsSaid() {
        CheckResult result = pcie(gpu().with(PCIE_REPLAYS, 65_535L));

        assertThat(result.status()).isEqualTo(Status.OK);
        assertThat(result.summary()).isEqualTo("gpu 0: 16 lanes of generation 5; error rates need history");
        assertThat(lately(60, second -> gpu()).summary()).endsWith(", errors within limits");
    }

    @Test
    void anUncorrectedErrorWithinTheHourIsCritical() {
        CheckResult result =
                lately(60, second -> gpu().with(AER_NONFATAL, 3L).with(AER_PORT_FATAL, second < 40 ? 0L : 1L));

        assertThat(result.status()).isEqualTo(Status.CRITICAL);
        assertThat(result.summary()).contains("1 uncorrected PCIe error in the last 60 s");
    }

    @ParameterizedTest
    @CsvSource({"aer_nonfatal_total, 2, INFO", "aer_fatal_total, 1, WARNING", "aer_fatal_total, 0, OK"})
    void errorsOfAnUnknownTimeSinceBootCountLess(String quantity, long count, Status status) {
        @SuppressWarnings("unchecked") // both are counts
        Quantity<Long> counter = (Quantity<Long>) byId(quantity).orElseThrow();

        assertThat(pcie(gpu().with(counter, count)).status()).isEqualTo(status);
    }

    @Test
    void errorsOfBeforeTheHistoryStayWhatTheyAre() {
        assertThat(lately(60, second -> gpu().with(AER_NONFATAL, 3L)).status()).isEqualTo(Status.INFO);
    }

    @ParameterizedTest
    @CsvSource({"100, OK", "101, WARNING"})
    void correctedErrorsAreHeldAgainstTheirLimitAnHour(long errors, Status status) {
        assertThat(lately(600, second -> gpu().with(AER_CORRECTABLE, second < 300 ? 7 : 7 + errors))
                        .status())
                .isEqualTo(status);
    }

    @Test
    void aGpuWithoutANumaNodeBesideOthersThatHaveOneIsTold() {
        List<GpuSamples> gpus = List.of(gpu(0).with(NUMA_NODE, 1L), gpu(1).with(NUMA_NODE, -1L));

        assertThat(Evidences.ofAll(gpus).said("pcie")).contains("INFO gpu 1: no NUMA node, while other GPUs have one");
        assertThat(pcie(gpu().with(NUMA_NODE, -1L)).status())
                .as("a virtual machine")
                .isEqualTo(Status.OK);
    }

    @Test
    void aWidthThatShouldHaveComeAndDidNotIsUnknown() {
        assertThat(pcie(gpu().without(PCIE_WIDTH, Reason.FAILED)).status()).isEqualTo(Status.UNKNOWN);
        assertThat(pcie(gpu().without(PCIE_WIDTH, Reason.NOT_SUPPORTED)).status())
                .isEqualTo(Status.SKIPPED);
    }
}
