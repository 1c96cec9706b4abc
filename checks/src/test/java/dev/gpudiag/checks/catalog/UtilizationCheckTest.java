package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.MIG_MODE;
import static dev.gpudiag.telemetry.GpuQuantities.UTILIZATION_GPU;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UtilizationCheckTest {

    private static final int HOUR = 3600;

    private static CheckResult utilization(int seconds, int processes, IntToDoubleFunction ratio) {
        return Evidences.series(
                        seconds,
                        30,
                        second -> GpuSamples.h100(0)
                                .with(UTILIZATION_GPU, ratio.applyAsDouble(second))
                                .processes(processes))
                .result("utilization");
    }

    @Test
    void aGpuThatNobodyUsedForAnHourIsNotAllocated() {
        CheckResult result = utilization(HOUR, 0, second -> 0);

        assertThat(result.status()).isEqualTo(Status.INFO);
        assertThat(result.summary()).isEqualTo("gpu 0: not allocated: 0 % mean utilization over 1h, no process");
    }

    @Test
    void aGpuThatAProgramHoldsAndDoesNotUseIsAllocatedAndIdle() {
        CheckResult result = utilization(HOUR, 1, second -> 0.03);

        assertThat(result.status()).isEqualTo(Status.INFO);
        assertThat(result.summary())
                .isEqualTo("gpu 0: allocated and idle: 3 % mean utilization over 1h, held 100 % of it");
    }

    @Test
    void aGpuWhoseProcessesCannotBeListedIsIdleAndNoMore() {
        CheckResult result = Evidences.series(
                        HOUR,
                        30,
                        second -> GpuSamples.h100(0).with(UTILIZATION_GPU, 0.0).processesUnknown())
                .result("utilization");

        assertThat(result.summary()).startsWith("gpu 0: idle:");
    }

    @Test
    void aGpuWithoutRestIsSaturated() {
        CheckResult result = utilization(HOUR, 1, second -> 0.99);

        assertThat(result.status()).isEqualTo(Status.INFO);
        assertThat(result.summary()).isEqualTo("gpu 0: saturated: 99 % mean utilization over 1h");
    }

    @ParameterizedTest
    @CsvSource({"0.19, INFO", "0.20, OK", "0.5, OK", "0.95, OK", "0.96, INFO"})
    void theLimitsAreTwentyAndNinetyFivePercent(double ratio, Status status) {
        assertThat(utilization(HOUR, 1, second -> ratio).status()).isEqualTo(status);
    }

    @Test
    void aShortBurstInAnIdleHourIsNoUse() {
        assertThat(utilization(HOUR, 1, second -> second == 1800 ? 1 : 0.02).status())
                .isEqualTo(Status.INFO);
    }

    @Test
    void workThatComesAndGoesIsNoWaste() {
        assertThat(utilization(HOUR, 1, second -> second % 300 < 60 ? 0.9 : 0).status())
                .isEqualTo(Status.OK);
    }

    @Test
    void anHourIsNeededToJudgeAnHour() {
        CheckResult result = utilization(1200, 0, second -> 0);

        assertThat(result.status()).isEqualTo(Status.SKIPPED);
        assertThat(result.summary()).isEqualTo("gpu 0: needs 1h of history, has 20 m");
    }

    @Test
    void aCommandThatRunsOnceHasNoHistory() {
        CheckResult result = Evidences.of(GpuSamples.h100(0)).result("utilization");

        assertThat(result.status()).isEqualTo(Status.SKIPPED);
        assertThat(result.summary()).isEqualTo("needs history: run gpudiag serve");
    }

    @Test
    void underMigItIsNotAvailable() {
        CheckResult result = Evidences.series(
                        HOUR,
                        30,
                        second ->
                                GpuSamples.h100(0).with(MIG_MODE, true).without(UTILIZATION_GPU, Reason.NOT_SUPPORTED))
                .result("utilization");

        assertThat(result.status()).isEqualTo(Status.SKIPPED);
        assertThat(result.summary()).isEqualTo("gpu 0: not available under MIG");
    }

    @ParameterizedTest
    @CsvSource({"NOT_SUPPORTED, SKIPPED", "FAILED, UNKNOWN"})
    void utilizationThatWasNotReadIsToldApart(Reason reason, Status status) {
        assertThat(Evidences.series(HOUR, 30, second -> GpuSamples.h100(0).without(UTILIZATION_GPU, reason))
                        .result("utilization")
                        .status())
                .isEqualTo(status);
    }

    @Test
    void theWindowIsASetting() {
        assertThat(Evidences.series(600, 10, second -> GpuSamples.h100(0).with(UTILIZATION_GPU, 0.0))
                        .set("utilization.window", "10m")
                        .result("utilization")
                        .status())
                .isEqualTo(Status.INFO);
    }
}
