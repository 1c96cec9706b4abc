package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.BAR1_TOTAL;
import static dev.gpudiag.telemetry.GpuQuantities.BAR1_USED;
import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_RESERVED;
import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_TOTAL;
import static dev.gpudiag.telemetry.GpuQuantities.MEMORY_USED;
import static dev.gpudiag.telemetry.GpuQuantities.MIG_UUID;
import static dev.gpudiag.telemetry.GpuSamples.GIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryCheckTest {

    private static final int TWENTY_MINUTES = 1200;

    private static GpuSamples h100(double usedGib) {
        return GpuSamples.h100(0)
                .with(MEMORY_TOTAL, 81 * GIB)
                .with(MEMORY_RESERVED, GIB)
                .with(MEMORY_USED, (long) (usedGib * GIB));
    }

    /** History and sample of a GPU with 80 GiB to use, whose used GiB are a function of the second. */
    private static Evidences history(int seconds, IntToDoubleFunction usedGib) {
        return Evidences.series(seconds, 15, second -> h100(usedGib.applyAsDouble(second)));
    }

    private static CheckResult memory(Evidences evidences) {
        return evidences.result("memory");
    }

    @ParameterizedTest
    @CsvSource({"0, OK", "40, OK", "71.9, OK", "72, OK", "72.1, INFO", "79.9, INFO", "80, INFO"})
    void usedMemoryIsHeldAgainstWhatIsNotReserved(double usedGib, Status status) {
        assertThat(memory(Evidences.of(h100(usedGib))).status()).isEqualTo(status);
    }

    @Test
    void withoutHistoryItSaysThatGrowthCannotBeTold() {
        assertThat(memory(Evidences.of(h100(76))).summary())
                .isEqualTo("gpu 0: 95 % used, 76.0 GiB of 80.0 GiB; growth not known without 20m of history");
    }

    @Test
    void aServingEngineThatFillsTheGpuAndStaysIsNoAlarm() {
        Evidences evidences = history(TWENTY_MINUTES, second -> 76);

        assertThat(memory(evidences).status()).isEqualTo(Status.INFO);
        assertThat(memory(evidences).summary()).contains("does not grow steadily");
    }

    @Test
    void growthTowardsTheEndIsAWarningWithATime() {
        Finding finding = memory(history(TWENTY_MINUTES, second -> 70 + 6.0 * second / TWENTY_MINUTES))
                .findings()
                .getFirst();

        assertThat(finding.status()).isEqualTo(Status.WARNING);
        assertThat(finding.seen()).isEqualTo("95 % used, 76.0 GiB of 80.0 GiB, grows by 18.0 GiB/h, full in 13 m");
        assertThat(finding.measurements())
                .extracting(measured -> measured.name())
                .contains(
                        "memory_exhaustion_seconds",
                        "memory_growth_bytes_per_second",
                        "memory_growth_low_bytes_per_second");
        assertThat(finding.actions()).isNotEmpty();
    }

    @Test
    void growthInStepsOfAnAllocatorIsGrowth() {
        assertThat(memory(history(TWENTY_MINUTES, second -> 70 + Math.floor(second / 90.0) * 0.4))
                        .status())
                .isEqualTo(Status.WARNING);
    }

    @Test
    void growthUnderASawtoothIsGrowth() {
        assertThat(memory(history(TWENTY_MINUTES, second -> 68 + 6.0 * second / TWENTY_MINUTES + second % 60 / 30.0))
                        .status())
                .isEqualTo(Status.WARNING);
    }

    @Test
    void growthThatIsSlowIsNoWarningYet() {
        Evidences evidences = history(TWENTY_MINUTES, second -> 74 + 0.5 * second / TWENTY_MINUTES);

        assertThat(memory(evidences).status()).isEqualTo(Status.INFO);
        assertThat(memory(evidences).summary()).contains("grows by", "full in 3 h");
    }

    @Test
    void growthOfAnEmptyGpuIsNoWarning() {
        assertThat(memory(history(TWENTY_MINUTES, second -> 5 + 50.0 * second / TWENTY_MINUTES))
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void aModelThatIsLoadedAndStaysIsNoAlarm() {
        assertThat(memory(history(TWENTY_MINUTES, second -> second < 900 ? 20 : 76))
                        .status())
                .isEqualTo(Status.INFO);
        assertThat(memory(history(TWENTY_MINUTES, second -> second < 1100 ? 20 : 76))
                        .status())
                .isEqualTo(Status.INFO);
    }

    @Test
    void growthThatLevelsOffIsNoAlarm() {
        assertThat(memory(history(TWENTY_MINUTES, second -> 77 - 10 * Math.exp(-second / 180.0)))
                        .status())
                .isEqualTo(Status.INFO);
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 60, 120, 300, 600})
    void aSawtoothIsNoAlarm(int period) {
        assertThat(memory(history(6 * 3600 + period / 2, second -> 70 + 6.0 * (second % period) / period))
                        .status())
                .isNotEqualTo(Status.WARNING);
    }

    @Test
    void aLongCycleThatWasThisHighBeforeIsNoAlarm() {
        assertThat(memory(history(3 * 3600 + 3400, second -> 66 + 10.0 * (second % 3600) / 3600))
                        .status())
                .isEqualTo(Status.INFO);
    }

    @Test
    void aCycleThatEndedAtTheBrimIsAnAlarmAgain() {
        assertThat(memory(history(3 * 3600 + 3500, second -> 60 + 20.0 * (second % 3600) / 3600))
                        .status())
                .isEqualTo(Status.WARNING);
    }

    @Test
    void noiseIsNoAlarm() {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            assertThat(memory(history(TWENTY_MINUTES, second -> 74 + random.nextDouble() * 4))
                            .status())
                    .as("seed " + seed)
                    .isEqualTo(Status.INFO);
        }
    }

    @Test
    void memoryThatShrinksIsNoAlarm() {
        assertThat(memory(history(TWENTY_MINUTES, second -> 79 - 5.0 * second / TWENTY_MINUTES))
                        .status())
                .isEqualTo(Status.INFO);
    }

    @Test
    void aHistoryWithAHoleCannotTellGrowth() {
        Evidences evidences = Evidences.series(
                TWENTY_MINUTES,
                15,
                second -> second > 300 && second < 700
                        ? h100(0).without(MEMORY_USED, Reason.FAILED)
                        : h100(70 + 6.0 * second / TWENTY_MINUTES));

        assertThat(memory(evidences).status()).isEqualTo(Status.INFO);
        assertThat(memory(evidences).summary()).contains("growth not known");
    }

    @Test
    void limitWindowAndHorizonAreSettings() {
        assertThat(Evidences.of(h100(60))
                        .set("memory.limit", "0.5")
                        .result("memory")
                        .status())
                .isEqualTo(Status.INFO);
        assertThat(history(TWENTY_MINUTES, second -> 70 + 6.0 * second / TWENTY_MINUTES)
                        .set("memory.exhaustion-horizon", "5m")
                        .result("memory")
                        .status())
                .isEqualTo(Status.INFO);
        assertThat(history(300, second -> 70 + 6.0 * second / 300)
                        .set("memory.growth-window", "5m")
                        .result("memory")
                        .status())
                .isEqualTo(Status.WARNING);
    }

    @Test
    void anOldDriverWithoutReservedMemoryIsHeldAgainstTheTotal() {
        GpuSamples gpu = GpuSamples.blank(0).with(MEMORY_TOTAL, 10 * GIB).with(MEMORY_USED, 9 * GIB);

        assertThat(memory(Evidences.of(gpu)).status()).isEqualTo(Status.OK);
    }

    @Test
    void aGpuThatSharesMainMemoryIsSkipped() {
        GpuSamples gpu = GpuSamples.blank(0)
                .without(MEMORY_TOTAL, Reason.NOT_SUPPORTED)
                .without(MEMORY_USED, Reason.NOT_SUPPORTED);

        assertThat(memory(Evidences.of(gpu)).status()).isEqualTo(Status.SKIPPED);
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_READ, SKIPPED",
        "NO_PERMISSION, SKIPPED",
        "SYMBOL_MISSING, SKIPPED",
        "FAILED, UNKNOWN",
        "TIMED_OUT, UNKNOWN"
    })
    void memoryThatWasNotReadIsToldApart(Reason reason, Status status) {
        assertThat(memory(Evidences.of(h100(1).without(MEMORY_USED, reason))).status())
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "10, -1", "1, 0"})
    void figuresThatMakeNoSenseAreUnknown(long totalGib, long usedGib) {
        GpuSamples gpu = GpuSamples.blank(0)
                .with(MEMORY_TOTAL, totalGib * GIB)
                .with(MEMORY_RESERVED, GIB)
                .with(MEMORY_USED, usedGib * GIB);

        assertThat(memory(Evidences.of(gpu)).status()).isEqualTo(Status.UNKNOWN);
    }

    @Test
    void moreUsedThanThereIsToUseIsFull() {
        CheckResult result = memory(Evidences.of(h100(80.5)));

        assertThat(result.status()).isEqualTo(Status.INFO);
        assertThat(result.summary()).startsWith("gpu 0: 100 % used");
    }

    @Test
    void migDevicesHaveMemoryOfTheirOwn() {
        MigDevice full = new MigDevice(
                3,
                Readings.builder()
                        .put(MEMORY_TOTAL, 10 * GIB, "nvml")
                        .put(MEMORY_USED, 9 * GIB + GIB / 2, "nvml")
                        .build());
        MigDevice silent = new MigDevice(5, Readings.empty());

        assertThat(Evidences.of(h100(20).mig(full, silent)).said("memory"))
                .containsExactly(
                        "INFO gpu 0 mig 3: 95 % used, 9.5 GiB of 10.0 GiB; growth not known without 20m of history",
                        "OK gpu 0: 25 % used, 20.0 GiB of 80.0 GiB",
                        "SKIPPED gpu 0 mig 5: memory: not in this recording");
    }

    @Test
    void aMigDeviceThatGrowsTowardsItsEndIsAWarning() {
        Evidences evidences = Evidences.series(
                TWENTY_MINUTES, 15, second -> h100(20).mig(mig(0, 8.5 + 1.0 * second / TWENTY_MINUTES), mig(1, 9.8)));

        assertThat(evidences.said("memory"))
                .contains(
                        "WARNING gpu 0 mig 0: 95 % used, 9.5 GiB of 10.0 GiB, grows by 3.0 GiB/h, full in 10 m",
                        "INFO gpu 0 mig 1: 98 % used, 9.8 GiB of 10.0 GiB; does not grow steadily");
    }

    @Test
    void aMigDeviceThatWasMadeAnewHasNoPast() {
        Evidences evidences = Evidences.series(
                TWENTY_MINUTES,
                15,
                second -> h100(20).mig(mig(second < 600 ? 5 : 6, 0, 8.5 + 1.0 * second / TWENTY_MINUTES)));

        assertThat(evidences.said("memory").getFirst()).contains("growth not known");
    }

    private static MigDevice mig(int index, double usedGib) {
        return mig(index, index, usedGib);
    }

    private static MigDevice mig(int uuid, int index, double usedGib) {
        return new MigDevice(
                index,
                Readings.builder()
                        .put(MIG_UUID, "MIG-" + uuid, "nvml")
                        .put(MEMORY_TOTAL, 10 * GIB, "nvml")
                        .put(MEMORY_USED, (long) (usedGib * GIB), "nvml")
                        .build());
    }

    @ParameterizedTest
    @CsvSource({"128, 100, ", "128, 116, WARNING", "0.25, 0.25, INFO", "0.25, 0.1, "})
    void bar1ThatIsNearlyMappedIsAWarningUnlessTheApertureIsSmall(double total, double used, Status status) {
        GpuSamples gpu = h100(20).with(BAR1_TOTAL, (long) (total * GIB)).with(BAR1_USED, (long) (used * GIB));

        assertThat(Evidences.of(gpu).result("memory").findings())
                .filteredOn(finding -> finding.seen().startsWith("BAR1"))
                .extracting(Finding::status)
                .isEqualTo(status == null ? List.of() : List.of(status));
    }

    @Test
    void aGpuThatTellsNoBar1IsNotJudgedByIt() {
        assertThat(Evidences.of(h100(20).with(BAR1_TOTAL, 0L).with(BAR1_USED, 0L))
                        .said("memory"))
                .hasSize(1);
    }
}
