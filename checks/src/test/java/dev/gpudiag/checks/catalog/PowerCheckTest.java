package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PowerCheckTest {

    private static GpuSamples gpu() {
        return GpuSamples.h100(0)
                .with(POWER_USAGE, 520.0)
                .with(POWER_LIMIT_ENFORCED, 700.0)
                .with(POWER_LIMIT_DEFAULT, 700.0);
    }

    private static CheckResult power(GpuSamples gpu) {
        return Evidences.of(gpu).result("power");
    }

    @Test
    void aGpuWithItsUsualLimitIsFine() {
        assertThat(power(gpu()).summary()).isEqualTo("gpu 0: 520 W of 700 W");
    }

    @ParameterizedTest
    @CsvSource({"700, OK", "630, OK", "629, INFO", "200, INFO", "0, OK"})
    void aLowLimitIsWorthKnowing(double enforced, Status status) {
        assertThat(power(gpu().with(POWER_LIMIT_ENFORCED, enforced)).status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "0x80, 0.7, CRITICAL",
        "0x80, 0.5, WARNING",
        "0x80, 0, OK",
        "0x4, 1.0, OK", // its own power cap is normal
        "0x40, 1.0, OK" // told by temperature
    })
    void aPowerBrakeOfMostOfTheWindowIsCritical(String mask, double part, Status status) {
        Evidences evidences = Evidences.series(
                600,
                10,
                second -> gpu().with(
                                CLOCK_EVENT_REASONS, part > 0 && second >= 600 * (1 - part) ? Long.decode(mask) : 0L));

        assertThat(evidences.result("power").status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"12.0, 12.5, WARNING", "12.0, 12.0, OK", "12.0, 0.0, OK"})
    void aBrakeBetweenTwoReadingsShowsInTheDriversCounter(double before, double after, Status status) {
        Evidences evidences =
                Evidences.series(60, 10, second -> gpu().with(VIOLATION_HW_POWER_BRAKE, second < 30 ? before : after));

        assertThat(evidences.result("power").status()).isEqualTo(status);
    }

    @Test
    void powerThatCannotBeReadOnceIsUnknownAndForMinutesAWarning() {
        assertThat(power(gpu().without(POWER_USAGE, Reason.FAILED)).status()).isEqualTo(Status.UNKNOWN);
        assertThat(Evidences.series(300, 10, second -> gpu().without(POWER_USAGE, Reason.FAILED))
                        .result("power")
                        .status())
                .isEqualTo(Status.WARNING);
        assertThat(Evidences.series(300, 10, second -> second < 300 ? gpu() : gpu().without(POWER_USAGE, Reason.FAILED))
                        .result("power")
                        .status())
                .isEqualTo(Status.UNKNOWN);
    }

    @Test
    void aBoardWithoutASensorIsSkipped() {
        CheckResult result = power(GpuSamples.blank(0).without(POWER_USAGE, Reason.NOT_SUPPORTED));

        assertThat(result.status()).isEqualTo(Status.SKIPPED);
    }

    @Test
    void tooLittlePowerFromTheCablesIsSaidOfAGpuThatDoesNotOpen() {
        GpuSamples gpu = GpuSamples.blank(0)
                .condition(
                        GpuCondition.State.INACCESSIBLE,
                        "nvmlDeviceGetHandleByIndex_v2: Insufficient External Power (8)");

        CheckResult result = power(gpu);

        assertThat(result.status()).isEqualTo(Status.CRITICAL);
        assertThat(result.summary()).isEqualTo("gpu 0: too little power from its cables");
    }

    @Test
    void tooLittlePowerIsToldByAnyCall() {
        GpuSamples gpu = gpu().reading(
                        CLOCK_SM, Reading.missing(Reason.FAILED, "nvmlDeviceGetClockInfo", "Insufficient Power", 8));

        assertThat(power(gpu).status()).isEqualTo(Status.CRITICAL);
    }

    @Test
    void anotherFailureIsNotThePower() {
        GpuSamples gpu = GpuSamples.blank(0).condition(GpuCondition.State.LOST, "nvmlDeviceGetName: lost (15)");

        assertThat(power(gpu).status()).isEqualTo(Status.UNKNOWN);
        assertThat(power(gpu).findings().getFirst().causedBy()).contains("devices");
    }
}
