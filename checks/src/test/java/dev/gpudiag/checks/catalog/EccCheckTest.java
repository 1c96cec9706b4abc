package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class EccCheckTest {

    private static final List<Quantity<Long>> COUNTERS =
            List.of(ECC_VOLATILE_CORRECTED, ECC_VOLATILE_UNCORRECTED, ECC_AGGREGATE_UNCORRECTED, RECOVERY_ACTION);

    private static GpuSamples h100() {
        return GpuSamples.h100(0);
    }

    private static CheckResult ecc(GpuSamples gpu) {
        return Evidences.of(gpu).result("ecc");
    }

    @Test
    void aGpuWithoutErrorsIsOk() {
        assertThat(ecc(h100()).status()).isEqualTo(Status.OK);
        assertThat(ecc(h100()).summary()).isEqualTo("gpu 0: no uncorrected errors");
    }

    @ParameterizedTest
    @CsvSource({
        "0, OK, no uncorrected errors",
        "1, CRITICAL, the driver asks to reset the GPU",
        "2, CRITICAL, the driver asks to reboot the node",
        "3, WARNING, the driver asks to drain peer-to-peer traffic",
        "4, CRITICAL, the driver asks to drain the GPU and reset it",
        "5, WARNING, the driver asks to recover the IMEX domain",
        "6, UNKNOWN, 'the driver asks for recovery action 6, unknown to this gpudiag'",
        "4294967295, UNKNOWN, 'the driver asks for recovery action 4294967295, unknown to this gpudiag'"
    })
    void theDriversRecoveryActionIsItsWordOnHealth(long code, Status status, String text) {
        CheckResult result = ecc(h100().with(RECOVERY_ACTION, code));

        assertThat(result.status()).isEqualTo(status);
        assertThat(result.summary()).isEqualTo("gpu 0: " + text);
    }

    @ParameterizedTest
    @CsvSource({"1, --gpu-reset", "2, reboot", "4, --gpu-reset", "3, nvlink", "5, imex"})
    void theActionsAreTheOnesTheDriverAsksFor(long code, String command) {
        Finding finding = ecc(h100().with(RECOVERY_ACTION, code)).findings().getFirst();

        assertThat(finding.actions()).anyMatch(action -> action.contains(command));
        assertThat(finding.evidence().getFirst().value()).isEqualTo("recovery_action = " + code);
    }

    @Test
    void theRecoveryActionStandsBeforeWhatCausedIt() {
        List<String> said = Evidences.of(h100().with(RECOVERY_ACTION, 2L)
                        .with(REMAPPED_ROWS_FAILURE, true)
                        .with(ECC_VOLATILE_UNCORRECTED, 3L))
                .said("ecc");

        assertThat(said)
                .containsExactly(
                        "CRITICAL gpu 0: the driver asks to reboot the node",
                        "CRITICAL gpu 0: a row could not be remapped: no spare row left",
                        "CRITICAL gpu 0: 3 uncorrected ECC errors since the driver loaded");
    }

    static Stream<Arguments> rules() {
        return Stream.of(
                Arguments.of(h100().with(REMAPPED_ROWS_FAILURE, true), Status.CRITICAL, "no spare row left"),
                Arguments.of(h100().with(SRAM_THRESHOLD_EXCEEDED, true), Status.CRITICAL, "SRAM errors passed"),
                Arguments.of(h100().with(UNREPAIRABLE_MEMORY, true), Status.CRITICAL, "beyond repair"),
                Arguments.of(
                        h100().with(ECC_VOLATILE_UNCORRECTED, 1L), Status.CRITICAL, "1 uncorrected ECC error since"),
                Arguments.of(
                        h100().with(ECC_VOLATILE_DRAM_UNCORRECTED, 5L),
                        Status.CRITICAL,
                        "5 uncorrected ECC errors since"),
                Arguments.of(
                        h100().with(ECC_VOLATILE_SRAM_UNCORRECTED, 2L).with(ECC_VOLATILE_DRAM_UNCORRECTED, 5L),
                        Status.CRITICAL,
                        "7 uncorrected ECC errors since"),
                Arguments.of(
                        h100().with(REMAPPED_ROWS_PENDING, true),
                        Status.WARNING,
                        "a row remap is pending: reset at the next gap"),
                Arguments.of(
                        h100().with(REMAPPED_ROWS_PENDING, true).with(ECC_VOLATILE_UNCORRECTED, 2L),
                        Status.WARNING,
                        "2 uncorrected ECC errors contained; a row remap is pending: reset at the next gap"),
                Arguments.of(
                        h100().with(REMAPPED_ROWS_PENDING, true).with(ECC_VOLATILE_SRAM_UNCORRECTED, 1L),
                        Status.CRITICAL,
                        "1 uncorrected ECC error since"),
                Arguments.of(h100().with(CHANNEL_REPAIR_PENDING, true), Status.WARNING, "channel repair is pending"),
                Arguments.of(h100().with(TPC_REPAIR_PENDING, true), Status.WARNING, "TPC repair is pending"),
                Arguments.of(h100().with(RETIRED_PAGES_PENDING, true), Status.WARNING, "page retirement is pending"),
                Arguments.of(h100().with(RETIRED_PAGES_SINGLE_BIT, 62L), Status.OK, "no uncorrected errors"),
                Arguments.of(
                        h100().with(RETIRED_PAGES_SINGLE_BIT, 60L).with(RETIRED_PAGES_DOUBLE_BIT, 3L),
                        Status.CRITICAL,
                        "63 memory pages retired"),
                Arguments.of(h100().with(REMAPPED_ROWS_UNCORRECTABLE, 511L), Status.OK, "no uncorrected errors"),
                Arguments.of(h100().with(REMAPPED_ROWS_UNCORRECTABLE, 512L), Status.WARNING, "512 rows remapped"),
                Arguments.of(h100().with(REMAP_BANKS_NONE, 1L), Status.WARNING, "1 memory bank without a spare row"),
                Arguments.of(h100().with(REMAP_BANKS_LOW, 2L), Status.INFO, "2 memory banks with few spare rows"),
                Arguments.of(h100().with(ECC_VOLATILE_CORRECTED, 90_000_000L), Status.INFO, "90000000 corrected"),
                Arguments.of(h100().with(ECC_AGGREGATE_UNCORRECTED, 3L), Status.INFO, "3 uncorrected in its life"),
                Arguments.of(
                        h100().with(ECC_MODE, false).with(ECC_MODE_PENDING, false),
                        Status.WARNING,
                        "ECC is off, and this board ships with it on"),
                Arguments.of(
                        h100().named("NVIDIA RTX A6000").with(ECC_MODE, false).with(ECC_MODE_PENDING, false),
                        Status.INFO,
                        "ECC is off"),
                Arguments.of(
                        h100().named("NVIDIA RTX A6000")
                                .with(ECC_MODE, false)
                                .with(ECC_MODE_PENDING, false)
                                .with(ECC_MODE_DEFAULT, true),
                        Status.WARNING,
                        "ECC is off, and this board ships with it on"),
                Arguments.of(
                        h100().with(SRAM_THRESHOLD_EXCEEDED, true)
                                .with(ECC_SRAM_L2, 3L)
                                .with(ECC_SRAM_SM, 0L)
                                .with(ECC_SRAM_PCIE, 1L),
                        Status.CRITICAL,
                        "SRAM errors passed the driver's own limit: L2 3, PCIe 1"),
                Arguments.of(
                        h100().with(RETIRED_PAGES_DOUBLE_BIT, 16L).with(RETIRED_PAGES_DOUBLE_BIT_WEEK, 2L),
                        Status.CRITICAL,
                        "16 pages retired for double-bit errors, 2 within a week"),
                Arguments.of(
                        h100().with(RETIRED_PAGES_DOUBLE_BIT, 16L).with(RETIRED_PAGES_DOUBLE_BIT_WEEK, 1L),
                        Status.OK,
                        "no uncorrected errors"),
                Arguments.of(
                        h100().with(RETIRED_PAGES_DOUBLE_BIT, 15L).with(RETIRED_PAGES_DOUBLE_BIT_WEEK, 9L),
                        Status.OK,
                        "no uncorrected errors"),
                Arguments.of(h100().with(INFOROM_VALID, false), Status.WARNING, "its InfoROM is corrupted"),
                Arguments.of(h100().with(INFOROM_VALID, true), Status.OK, "no uncorrected errors"),
                Arguments.of(
                        h100().with(ECC_VOLATILE_SRAM_CORRECTED, 2L).with(ECC_VOLATILE_DRAM_CORRECTED, 5L),
                        Status.INFO,
                        "7 corrected (SRAM 2, DRAM 5)"),
                Arguments.of(
                        h100().with(ECC_MODE, false)
                                .with(ECC_MODE_PENDING, false)
                                .with(ECC_MODE_DEFAULT, false),
                        Status.OK,
                        "ECC is off, as this board comes"),
                Arguments.of(h100().with(ECC_MODE_PENDING, false), Status.WARNING, "ECC is on, and off after a reset"),
                Arguments.of(
                        h100().with(ECC_MODE, false).with(ECC_MODE_PENDING, true),
                        Status.WARNING,
                        "ECC is off, and on after a reset"),
                Arguments.of(h100().with(ECC_VOLATILE_UNCORRECTED, -1L), Status.OK, "no uncorrected errors"));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void eachRuleHasItsStatus(GpuSamples gpu, Status status, String text) {
        CheckResult result = ecc(gpu);

        assertThat(result.status()).isEqualTo(status);
        assertThat(result.summary()).contains(text);
    }

    @Test
    void everyProblemSaysWhyWhatToDoAndWhereItWasRead() {
        rules().map(arguments -> ecc((GpuSamples) arguments.get()[0]))
                .flatMap(result -> result.findings().stream())
                .filter(finding -> finding.status().isProblem())
                .forEach(finding -> {
                    assertThat(finding.why()).as(finding.seen()).isNotEmpty();
                    assertThat(finding.actions()).as(finding.seen()).isNotEmpty();
                    assertThat(finding.evidence()).as(finding.seen()).isNotEmpty();
                });
    }

    @Test
    void aBoardWithoutEccThatAnswersWithZerosIsSkippedNotOk() {
        CheckResult result = ecc(h100().without(ECC_MODE, Reason.NOT_SUPPORTED));

        assertThat(result.status()).isEqualTo(Status.SKIPPED);
        assertThat(result.summary()).isEqualTo("gpu 0: ECC: not supported by this GPU");
    }

    @Test
    void aCountOnABoardThatSaysItHasNoEccIsStillACount() {
        assertThat(ecc(h100().without(ECC_MODE, Reason.NOT_SUPPORTED).with(ECC_VOLATILE_UNCORRECTED, 2L))
                        .status())
                .isEqualTo(Status.CRITICAL);
    }

    @Test
    void aRecordingWithoutEccIsSkipped() {
        assertThat(ecc(GpuSamples.blank(0)).summary()).isEqualTo("gpu 0: ECC: not in this recording");
        assertThat(ecc(GpuSamples.blank(0)).status()).isEqualTo(Status.SKIPPED);
    }

    @Test
    void aRecordingWithCountersAndWithoutModeIsJudgedByThem() {
        assertThat(ecc(GpuSamples.blank(0).with(ECC_VOLATILE_UNCORRECTED, 0L)).status())
                .isEqualTo(Status.OK);
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"FAILED", "TIMED_OUT", "GPU_LOST", "RESET_REQUIRED"})
    void aCounterThatShouldHaveComeAndDidNotIsUnknown(Reason reason) {
        for (Quantity<?> quantity :
                List.of(ECC_MODE, ECC_VOLATILE_UNCORRECTED, RECOVERY_ACTION, REMAPPED_ROWS_FAILURE)) {
            assertThat(ecc(h100().without(quantity, reason)).status())
                    .as(quantity.id())
                    .isEqualTo(Status.UNKNOWN);
        }
    }

    @Test
    void aFailureDoesNotHideAProblem() {
        CheckResult result = ecc(h100().without(RECOVERY_ACTION, Reason.FAILED).with(REMAPPED_ROWS_FAILURE, true));

        assertThat(result.status()).isEqualTo(Status.CRITICAL);
        assertThat(result.findings()).anyMatch(finding -> finding.status() == Status.UNKNOWN);
    }

    @Test
    void anOldDriverWithoutRecoveryActionOrRemapIsJudgedByItsCounters() {
        assertThat(ecc(h100().without(RECOVERY_ACTION, Reason.SYMBOL_MISSING)
                                .without(REMAPPED_ROWS_FAILURE, Reason.SYMBOL_MISSING)
                                .without(REMAPPED_ROWS_PENDING, Reason.NOT_SUPPORTED))
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void countersOfAMigDeviceAreItsOwn() {
        MigDevice broken = new MigDevice(
                2,
                Readings.builder()
                        .put(ECC_VOLATILE_SRAM_UNCORRECTED, 1L, "nvml")
                        .build());
        MigDevice well = new MigDevice(
                0, Readings.builder().put(ECC_VOLATILE_UNCORRECTED, 0L, "nvml").build());
        GpuSamples gpu = h100().mig(well, broken);
        COUNTERS.forEach(counter -> gpu.without(counter, Reason.NOT_SUPPORTED));

        assertThat(Evidences.of(gpu).said("ecc"))
                .containsExactly("CRITICAL gpu 0 mig 2: 1 uncorrected ECC error since the driver loaded");
    }

    @Test
    void aGpuUnderMigWithoutCountersOfItsOwnIsNotTakenForSilent() {
        GpuSamples gpu = h100().mig();
        COUNTERS.forEach(counter -> gpu.without(counter, Reason.NOT_SUPPORTED));

        assertThat(ecc(gpu).status()).isEqualTo(Status.OK);
        assertThat(ecc(gpu).summary()).contains("counters are per MIG device");
    }

    @ParameterizedTest
    @CsvSource({"1000, INFO", "1001, WARNING"})
    void correctedErrorsAreJudgedByTheirRate(long inTheHour, Status status) {
        CheckResult result = Evidences.series(
                        3600,
                        60,
                        second -> h100().with(ECC_VOLATILE_CORRECTED, 90_000_000L + inTheHour * second / 3600))
                .result("ecc");

        assertThat(result.status()).isEqualTo(status);
    }

    @Test
    void correctedErrorsThatAResetClearsAreNoBurst() {
        CheckResult result = Evidences.series(
                        3600, 60, second -> h100().with(ECC_VOLATILE_CORRECTED, second < 1800 ? 90_000_000L : 10L))
                .result("ecc");

        assertThat(result.status()).isEqualTo(Status.INFO);
    }
}
