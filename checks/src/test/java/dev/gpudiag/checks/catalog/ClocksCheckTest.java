package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClocksCheckTest {

    private static final long MEGA = 1_000_000;

    private static GpuSamples busy(int index) {
        return GpuSamples.h100(index)
                .with(CLOCK_SM, 1755 * MEGA)
                .with(CLOCK_MAX_SM, 1980 * MEGA)
                .with(UTILIZATION_GPU, 0.97)
                .with(POWER_USAGE, 520.0)
                .with(TEMPERATURE_GPU, 55.0);
    }

    /** Ten minutes of one GPU. */
    private static CheckResult lately(UnaryOperator<GpuSamples> change) {
        return Evidences.series(600, 10, second -> change.apply(busy(0))).result("clocks");
    }

    /** Ten minutes of four GPUs, of which the last is different. */
    private static CheckResult oneOfFour(UnaryOperator<GpuSamples> change) {
        return Evidences.seriesOfAll(600, 10, second -> fourWith(change)).result("clocks");
    }

    private static List<GpuSamples> fourWith(UnaryOperator<GpuSamples> change) {
        return IntStream.range(0, 4)
                .mapToObj(index -> index == 3 ? change.apply(busy(index)) : busy(index))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        // MHz, utilization, reasons, status
        "980, 0.97, 0x0, WARNING",
        "1000, 0.97, 0x0, OK", // half and more
        "980, 0.85, 0x0, OK", // not busy enough
        "980, 0.97, 0x2, OK", // set clocks
        "980, 0.97, 0x4, OK", // power cap
        "980, 0.97, 0x10, OK", // sync boost
        "345, 0.0, 0x1, OK" // idle
    })
    void aLowClockUnderLoadIsAWarningUnlessItIsMeant(long mhz, double utilization, String mask, Status status) {
        CheckResult result = lately(gpu -> gpu.with(CLOCK_SM, mhz * MEGA)
                .with(UTILIZATION_GPU, utilization)
                .with(CLOCK_EVENT_REASONS, Long.decode(mask)));

        assertThat(result.status()).isEqualTo(status);
    }

    @Test
    void aLowClockForAShortTimeIsNone() {
        CheckResult result = Evidences.series(
                        600, 10, second -> busy(0).with(CLOCK_SM, second < 300 ? 1755 * MEGA : 500 * MEGA))
                .result("clocks");

        assertThat(result.status()).isEqualTo(Status.OK);
        assertThat(Evidences.series(300, 10, second -> busy(0).with(CLOCK_SM, 500 * MEGA))
                        .result("clocks")
                        .status())
                .as("a history of five minutes")
                .isEqualTo(Status.OK);
    }

    @Test
    void clocksThatAreLowOnAllIdenticalGpusAreLocked() {
        CheckResult result = Evidences.seriesOfAll(
                        600,
                        10,
                        second -> IntStream.range(0, 4)
                                .mapToObj(index -> busy(index).with(CLOCK_SM, 900 * MEGA))
                                .toList())
                .result("clocks");

        assertThat(result.status()).isEqualTo(Status.INFO);
    }

    @Test
    void aClockThatHeatHoldsDownIsExplainedByTemperature() {
        Finding finding = lately(gpu -> gpu.with(CLOCK_SM, 500 * MEGA).with(CLOCK_EVENT_REASONS, 0x48L))
                .findings()
                .getFirst();

        assertThat(finding.status()).isEqualTo(Status.WARNING);
        assertThat(finding.causedBy()).contains("temperature");
    }

    @Test
    void utilizationIsNotKnownUnderMigSoThatClocksAreNotJudged() {
        assertThat(lately(gpu -> gpu.without(UTILIZATION_GPU, Reason.NOT_SUPPORTED)
                                .with(CLOCK_SM, 500 * MEGA))
                        .status())
                .isEqualTo(Status.OK);
    }

    @ParameterizedTest
    @CsvSource({
        "0x8, INFO", // alone
        "0x9, OK", // on an idle GPU
        "0x48, OK", // thermal: told by temperature
        "0x88, OK", // power brake: told by power
        "0x28, OK",
        "0x0, OK"
    })
    void thePlainHardwareSlowdownBitAloneIsNoAlarm(String mask, Status status) {
        assertThat(Evidences.of(busy(0).with(CLOCK_EVENT_REASONS, Long.decode(mask)))
                        .result("clocks")
                        .status())
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        // MHz, utilization, reasons, status
        "1480, 0.97, 0x0, WARNING",
        "1500, 0.97, 0x0, OK", // 85 % and more
        "1480, 0.97, 0x4, OK", // its job takes more power
        "1480, 0.97, 0x2, OK",
        "1480, 0.60, 0x0, OK", // another load
        "345, 0.0, 0x1, OK" // idle
    })
    void aGpuSlowerThanIdenticalOnesUnderTheSameLoadIsAWarning(
            long mhz, double utilization, String mask, Status status) {
        CheckResult result = oneOfFour(gpu -> gpu.with(CLOCK_SM, mhz * MEGA)
                .with(UTILIZATION_GPU, utilization)
                .with(CLOCK_EVENT_REASONS, Long.decode(mask)));

        assertThat(result.status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"75, 520, WARNING", "74, 520, OK", "75, 600, OK"})
    void aGpuMuchHotterThanIdenticalOnesAtNoMorePowerIsAWarning(double celsius, double watts, Status status) {
        CheckResult result = oneOfFour(gpu -> gpu.with(TEMPERATURE_GPU, celsius).with(POWER_USAGE, watts));

        assertThat(result.status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"360, INFO", "370, OK"})
    void aGpuThatTakesMuchLessPowerThanIdenticalOnesIsWorthKnowing(double watts, Status status) {
        assertThat(oneOfFour(gpu -> gpu.with(POWER_USAGE, watts)).status()).isEqualTo(status);
    }

    @Test
    void anotherModelIsNotCompared() {
        assertThat(oneOfFour(gpu -> gpu.named("NVIDIA T4").with(CLOCK_SM, 1100 * MEGA))
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void ofTwoGpusThatDifferNobodyKnowsWhichIsSick() {
        CheckResult result = Evidences.seriesOfAll(
                        600, 10, second -> List.of(busy(0), busy(1).with(CLOCK_SM, 1200 * MEGA)))
                .result("clocks");

        assertThat(result.status()).isEqualTo(Status.OK);
    }

    @Test
    void withoutHistoryIdenticalGpusAreNotComparedAndThatIsSaid() {
        CheckResult result =
                Evidences.ofAll(fourWith(gpu -> gpu.with(CLOCK_SM, 500 * MEGA))).result("clocks");

        assertThat(result.status()).isEqualTo(Status.OK);
        assertThat(result.findings())
                .allSatisfy(finding -> assertThat(finding.seen()).endsWith("; comparing identical GPUs needs history"));
    }

    @Test
    void aClockThatShouldHaveComeAndDidNotIsUnknown() {
        assertThat(Evidences.of(busy(0).without(CLOCK_SM, Reason.FAILED))
                        .result("clocks")
                        .status())
                .isEqualTo(Status.UNKNOWN);
        assertThat(Evidences.of(GpuSamples.blank(0)).result("clocks").status()).isEqualTo(Status.SKIPPED);
    }
}
