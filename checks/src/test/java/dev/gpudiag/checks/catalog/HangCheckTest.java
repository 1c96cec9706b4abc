package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HangCheckTest {

    private static final int HALF_AN_HOUR = 1800;
    private static final int HANGS_FROM = 1100;

    private static GpuSamples gpu(int index, double utilization, double watts, long nvlinkBytes) {
        return GpuSamples.h100(index)
                .with(UTILIZATION_GPU, utilization)
                .with(POWER_USAGE, watts)
                .with(NVLINK_TRANSMITTED, nvlinkBytes)
                .with(NVLINK_RECEIVED, nvlinkBytes);
    }

    /** Half an hour of training that begins to hang after a while. */
    private static CheckResult hang(double utilization, double watts, long bytesPerSecond) {
        return Evidences.series(
                        HALF_AN_HOUR,
                        10,
                        second -> second < HANGS_FROM
                                ? gpu(0, 0.98, 600 + second % 100, 50_000_000_000L * second)
                                : gpu(
                                        0,
                                        utilization,
                                        watts,
                                        50_000_000_000L * HANGS_FROM + bytesPerSecond * (second - HANGS_FROM)))
                .result("hang");
    }

    @ParameterizedTest
    @CsvSource({
        // utilization, watts, bytes a second each way, status
        "1.0, 200, 0, WARNING",
        "1.0, 200, 100000, WARNING", // heartbeats
        "1.0, 200, 20000000000, OK", // data moves: work that draws little
        "1.0, 600, 0, OK", // computes
        "1.0, 400, 0, OK", // somewhat less than before
        "0.5, 200, 0, OK" // not fully used
    })
    void aGpuThatIsFullyUsedAtLittlePowerWithQuietLinksWaits(
            double utilization, double watts, long bytes, Status status) {
        assertThat(hang(utilization, watts, bytes).status()).isEqualTo(status);
    }

    @Test
    void aHangNamesWhatItIsHeldAgainst() {
        assertThat(hang(1.0, 200, 0).summary())
                .startsWith("gpu 0: looks fully used for 10m at 200 W, and drew 6")
                .endsWith("W when busy before, with quiet links");
    }

    @Test
    void aHangOfLessThanTheWindowIsNotYetOne() {
        CheckResult result = Evidences.series(
                        HALF_AN_HOUR,
                        10,
                        second -> second < HALF_AN_HOUR - 300
                                ? gpu(0, 0.98, 600, 50_000_000_000L * second)
                                : gpu(0, 1.0, 200, 50_000_000_000L * (HALF_AN_HOUR - 300)))
                .result("hang");

        assertThat(result.status()).isEqualTo(Status.OK);
    }

    @Test
    void powerThatChangesIsWork() {
        CheckResult result = Evidences.series(
                        HALF_AN_HOUR,
                        10,
                        second -> second < HANGS_FROM
                                ? gpu(0, 0.98, 600, 50_000_000_000L * second)
                                : gpu(0, 1.0, second % 20 == 0 ? 150 : 250, 50_000_000_000L * HANGS_FROM))
                .result("hang");

        assertThat(result.status()).isEqualTo(Status.OK);
    }

    @Test
    void aServerThatAlwaysDrewLittleIsNotHung() {
        CheckResult result = Evidences.series(HALF_AN_HOUR, 10, second -> gpu(0, 1.0, 200, 0))
                .result("hang");

        assertThat(result.status()).isEqualTo(Status.OK);
    }

    @Test
    void withoutABusyPastIdenticalGpusStandForIt() {
        CheckResult result = Evidences.seriesOfAll(
                        700,
                        10,
                        second -> IntStream.range(0, 4)
                                .mapToObj(index -> gpu(index, 1.0, index == 2 ? 200 : 600, 0))
                                .toList())
                .result("hang");

        assertThat(result.status()).isEqualTo(Status.WARNING);
        assertThat(result.summary())
                .isEqualTo(
                        "gpu 2: looks fully used for 10m at 200 W, while identical GPUs draw 600 W, with quiet links");
    }

    @Test
    void whereNoTrafficCanBeReadNothingIsClaimed() {
        CheckResult result = Evidences.series(
                        700,
                        10,
                        second -> GpuSamples.h100(0).with(UTILIZATION_GPU, 1.0).with(POWER_USAGE, 200.0))
                .result("hang");

        assertThat(result.status()).isEqualTo(Status.SKIPPED);
        assertThat(result.summary()).contains("cannot be read");
    }

    @Test
    void pcieStandsForNvLinkWhereThereIsNone() {
        CheckResult result = Evidences.series(
                        HALF_AN_HOUR,
                        10,
                        second -> GpuSamples.h100(0)
                                .with(UTILIZATION_GPU, 1.0)
                                .with(POWER_USAGE, second < HANGS_FROM ? 600.0 : 200.0)
                                .with(PCIE_TRANSMIT, 1000.0)
                                .with(PCIE_RECEIVE, 1000.0))
                .result("hang");

        assertThat(result.status()).isEqualTo(Status.WARNING);
    }

    @Test
    void oneLookMigAndAShortHistoryAreSkipped() {
        assertThat(Evidences.of(gpu(0, 1.0, 200, 0)).result("hang").summary())
                .isEqualTo("needs history: run gpudiag serve");
        assertThat(Evidences.series(700, 10, second -> gpu(0, 1.0, 200, 0).mig())
                        .result("hang")
                        .status())
                .isEqualTo(Status.SKIPPED);
        assertThat(Evidences.series(100, 10, second -> gpu(0, 1.0, 200, 0))
                        .result("hang")
                        .summary())
                .isEqualTo("gpu 0: needs 10m of history");
        assertThat(List.of(Reason.FAILED, Reason.NOT_SUPPORTED))
                .extracting(reason -> Evidences.series(
                                700, 10, second -> gpu(0, 1, 200, 0).without(UTILIZATION_GPU, reason))
                        .result("hang")
                        .status())
                .containsExactly(Status.UNKNOWN, Status.SKIPPED);
    }
}
