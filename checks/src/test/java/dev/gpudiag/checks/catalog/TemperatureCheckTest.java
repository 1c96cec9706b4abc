package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TemperatureCheckTest {

    private static CheckResult temperature(GpuSamples gpu) {
        return Evidences.of(gpu).result("temperature");
    }

    private static GpuSamples with(GpuSamples gpu, Quantity<Double> quantity, Double value) {
        return value == null ? gpu : gpu.with(quantity, value);
    }

    @ParameterizedTest
    @CsvSource({
        // celsius, margin, margin of max operating, margin of slowdown
        "45, 40, 0, -2, OK", // H100, idle
        "80, 7, 0, -2, OK",
        "86, 1, 0, -2, OK",
        "87, 0, 0, -2, WARNING",
        "88, -1, 0, -2, WARNING",
        "89, -2, 0, -2, CRITICAL",
        "92, -5, 0, -2, CRITICAL",
        "82, 5, 5, 0, OK", // L4: highest operating is 5 before slowdown
        "83, 4, 5, 0, WARNING",
        "87, 0, 5, 0, CRITICAL",
        "84, -1, , , WARNING", // margin alone
        "84, 3, , , OK",
        "30, 0, 0, -2, OK", // a cold H100 that reports no margin
        "35, -4, 0, -2, OK",
        "35, -4, , , OK",
        ", 12, 0, -2, OK", // no temperature
        ", 0, 0, -2, WARNING",
        ", -3, 0, -2, CRITICAL"
    })
    void aMarginIsADistanceToTheSlowdownLimit(
            Double celsius, Double margin, Double max, Double slowdown, Status status) {
        GpuSamples gpu = GpuSamples.blank(0).with(CLOCK_EVENT_REASONS, 0L);
        with(
                with(with(with(gpu, TEMPERATURE_GPU, celsius), TEMPERATURE_MARGIN, margin), TLIMIT_GPU_MAX, max),
                TLIMIT_SLOWDOWN,
                slowdown);

        assertThat(temperature(gpu).status()).isEqualTo(status);
    }

    @Test
    void aMarginThatIsUsedUpCountsOnAColdGpuWhenItIsSlowedDown() {
        GpuSamples gpu = GpuSamples.h100(0)
                .with(TEMPERATURE_GPU, 50.0)
                .with(TEMPERATURE_MARGIN, -3.0)
                .with(CLOCK_EVENT_REASONS, 0x40L);

        assertThat(temperature(gpu).status()).isEqualTo(Status.CRITICAL);
    }

    @ParameterizedTest
    @CsvSource({
        // celsius, max operating, slowdown, shutdown
        "85, 85, 90, 95, OK",
        "86, 85, 90, 95, WARNING",
        "90, 85, 90, 95, CRITICAL",
        "97, 85, 90, 95, CRITICAL",
        "95, 93, , 97, WARNING", // no slowdown threshold: shutdown stands for it
        "97, 93, , 97, CRITICAL",
        "82, , 96, 99, OK", // consumer boards state no highest operating temperature
        "84, , 96, 99, INFO",
        "96, , 96, 99, CRITICAL",
        "82, , 82, 85, CRITICAL", // P100
        "82, , , , OK",
        "83, , , , WARNING",
        "99, , , , WARNING",
        "30, 0, 0, 0, OK", // thresholds that the board does not have
        "84, 0, 0, 0, WARNING"
    })
    void withoutAMarginTheThresholdsDecide(
            Double celsius, Double max, Double slowdown, Double shutdown, Status status) {
        GpuSamples gpu = GpuSamples.blank(0).with(TEMPERATURE_GPU, celsius);
        with(with(with(gpu, THRESHOLD_GPU_MAX, max), THRESHOLD_SLOWDOWN, slowdown), THRESHOLD_SHUTDOWN, shutdown);

        assertThat(temperature(gpu).status()).isEqualTo(status);
    }

    @Test
    void theFallbackLimitIsASetting() {
        Evidences evidences =
                Evidences.of(GpuSamples.blank(0).with(TEMPERATURE_GPU, 75.0)).set("temperature.fallback-limit", "70");

        assertThat(evidences.result("temperature").status()).isEqualTo(Status.WARNING);
    }

    @ParameterizedTest
    @CsvSource({"95, 95, OK", "96, 95, WARNING", "44, 0, OK", "110, , OK"})
    void memoryHasALimitOfItsOwn(double celsius, Double max, Status status) {
        GpuSamples gpu = with(GpuSamples.h100(0).with(TEMPERATURE_MEMORY, celsius), THRESHOLD_MEMORY_MAX, max);

        assertThat(temperature(gpu).status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "0x0, OK, to the slowdown limit",
        "0x1, OK, to the slowdown limit", // idle
        "0x2, OK, to the slowdown limit", // application clocks
        "0x4, OK, to the slowdown limit", // power cap
        "0x10, OK, to the slowdown limit", // sync boost
        "0x8, OK, to the slowdown limit", // told by clocks
        "0x9, OK, to the slowdown limit", // with idle: a change of the performance state
        "0x20, WARNING, software thermal slowdown now",
        "0x40, WARNING, hardware thermal slowdown now",
        "0x48, WARNING, hardware thermal slowdown now",
        "0x80, OK, to the slowdown limit", // told by power
        "0x41, WARNING, hardware thermal slowdown now",
        "0x100000000, OK, to the slowdown limit"
    })
    void aSlowdownThatIsGoingOnCountsMoreThanANumber(String mask, Status status, String text) {
        CheckResult result = temperature(GpuSamples.h100(0).with(CLOCK_EVENT_REASONS, Long.decode(mask)));

        assertThat(result.status()).isEqualTo(status);
        assertThat(result.summary()).contains(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0x40, 1.0, CRITICAL",
        "0x40, 0.7, CRITICAL",
        "0x40, 0.5, WARNING",
        "0x20, 1.0, WARNING", // holds the GPU at its limit: slower, not in danger
        "0x4, 1.0, OK",
        "0x8, 1.0, OK"
    })
    void aHardwareSlowdownOfMostOfTheWindowIsCritical(String mask, double part, Status status) {
        Evidences evidences = Evidences.series(
                600,
                10,
                second -> GpuSamples.h100(0)
                        .with(CLOCK_EVENT_REASONS, second >= 600 * (1 - part) ? Long.decode(mask) : 0L));

        assertThat(evidences.result("temperature").status()).isEqualTo(status);
    }

    @Test
    void aSlowdownThatIsOverIsStillTold() {
        Evidences evidences = Evidences.series(
                600, 10, second -> GpuSamples.h100(0).with(CLOCK_EVENT_REASONS, second == 300 ? 0x40L : 0L));

        assertThat(evidences.result("temperature").status()).isEqualTo(Status.WARNING);
        assertThat(evidences.result("temperature").summary())
                .isEqualTo("gpu 0: hardware thermal slowdown lately in 2 % of the last 10m");
    }

    @Test
    void aSlowdownBeforeTheWindowIsForgotten() {
        Evidences evidences = Evidences.series(
                3600, 10, second -> GpuSamples.h100(0).with(CLOCK_EVENT_REASONS, second < 2900 ? 0x40L : 0L));

        assertThat(evidences.result("temperature").status()).isEqualTo(Status.OK);
    }

    @Test
    void aShortHistoryFullOfSlowdownsIsNotYetCritical() {
        Evidences evidences =
                Evidences.series(120, 10, second -> GpuSamples.h100(0).with(CLOCK_EVENT_REASONS, 0x40L));

        assertThat(evidences.result("temperature").status()).isEqualTo(Status.WARNING);
    }

    @Test
    void aTemperatureThatTheGpuDoesNotHaveIsSkipped() {
        CheckResult result = temperature(GpuSamples.blank(0).without(TEMPERATURE_GPU, Reason.NOT_SUPPORTED));

        assertThat(result.status()).isEqualTo(Status.SKIPPED);
        assertThat(result.summary()).isEqualTo("gpu 0: temperature: not supported by this GPU");
    }

    @Test
    void aTemperatureThatIsNotRecordedIsSkipped() {
        assertThat(temperature(GpuSamples.blank(0)).summary()).isEqualTo("gpu 0: temperature: not in this recording");
    }

    @Test
    void aTemperatureThatMayNotBeReadIsSkipped() {
        assertThat(temperature(GpuSamples.blank(0).without(TEMPERATURE_GPU, Reason.NO_PERMISSION))
                        .status())
                .isEqualTo(Status.SKIPPED);
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"FAILED", "TIMED_OUT", "GPU_LOST"})
    void aTemperatureThatShouldHaveComeAndDidNotIsUnknown(Reason reason) {
        assertThat(temperature(GpuSamples.blank(0).without(TEMPERATURE_GPU, reason))
                        .status())
                .isEqualTo(Status.UNKNOWN);
    }

    @Test
    void reasonsThatCannotBeReadDoNotHideATemperatureThatIsTooHigh() {
        CheckResult result = temperature(
                GpuSamples.blank(0).with(TEMPERATURE_GPU, 99.0).without(CLOCK_EVENT_REASONS, Reason.FAILED));

        assertThat(result.status()).isEqualTo(Status.WARNING);
        assertThat(result.findings()).anyMatch(finding -> finding.status() == Status.UNKNOWN);
    }

    @Test
    void aGpuWithoutSensorThatIsSlowedDownIsAWarning() {
        GpuSamples gpu = GpuSamples.blank(0)
                .without(TEMPERATURE_GPU, Reason.NOT_SUPPORTED)
                .with(CLOCK_EVENT_REASONS, 0x40L);

        assertThat(temperature(gpu).status()).isEqualTo(Status.WARNING);
    }

    @Test
    void aFindingNamesTheLimitItWasHeldAgainst() {
        Finding finding = temperature(GpuSamples.blank(0)
                        .with(TEMPERATURE_GPU, 91.0)
                        .with(THRESHOLD_GPU_MAX, 85.0)
                        .with(THRESHOLD_SLOWDOWN, 95.0))
                .findings()
                .getFirst();

        assertThat(finding.seen()).isEqualTo("91 C");
        assertThat(finding.limit()).isEqualTo("highest operating temperature 85 C");
        assertThat(finding.measurements()).anyMatch(measured -> measured.value() == 91.0);
        assertThat(finding.actions()).isNotEmpty();
        assertThat(finding.evidence()).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({"0.4, WARNING", "0, OK"})
    void aSlowdownBetweenTwoReadingsShowsInTheDriversCounter(double seconds, Status status) {
        CheckResult result = Evidences.series(
                        60,
                        10,
                        second -> GpuSamples.h100(0).with(VIOLATION_THERMAL, second < 30 ? 91.0 : 91.0 + seconds))
                .result("temperature");

        assertThat(result.status()).isEqualTo(status);
    }

    @Test
    void aCounterThatADriverReloadResetsIsNoSlowdown() {
        CheckResult result = Evidences.series(
                        60, 10, second -> GpuSamples.h100(0).with(VIOLATION_HW_THERMAL, second < 30 ? 91.0 : 0.0))
                .result("temperature");

        assertThat(result.status()).isEqualTo(Status.OK);
    }

    @ParameterizedTest
    @CsvSource({
        // margin, since, status
        "5, 300, WARNING",
        "6, 300, OK",
        "5, 200, OK", // not yet for five minutes
        "0, 300, OK" // a cold board that reports none
    })
    void aMarginThatStaysSmallIsAWarning(double margin, int seconds, Status status) {
        CheckResult result = Evidences.series(
                        600,
                        10,
                        second -> GpuSamples.h100(0).with(TEMPERATURE_MARGIN, second < 600 - seconds ? 20.0 : margin))
                .result("temperature");

        assertThat(result.status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 71, WARNING", "0, 1, 69, OK", "0.3, 1, 80, OK", "0, 0, 71, OK"})
    void aFanThatStandsStillOnAHotGpuIsAWarning(double speed, long fans, double celsius, Status status) {
        GpuSamples gpu =
                GpuSamples.h100(0).with(FAN_SPEED, speed).with(FAN_COUNT, fans).with(TEMPERATURE_GPU, celsius);

        assertThat(temperature(gpu).status()).isEqualTo(status);
    }
}
