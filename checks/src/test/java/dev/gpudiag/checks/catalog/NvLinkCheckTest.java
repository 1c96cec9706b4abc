package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSamples;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NvLinkCheckTest {

    /** Healthy: registered, each flag false, configuration right. */
    private static final long WELL = 0x1aa | (2L << 12);

    private static CheckResult two(GpuSamples first, GpuSamples second) {
        return Evidences.ofAll(List.of(first, second)).result("nvlink");
    }

    private static GpuSamples onSwitch(int up, int down) {
        return GpuSamples.h100(0).links(up, down).eachLink(NVLINK_REMOTE_TYPE, "SWITCH");
    }

    private static CheckResult minute(IntFunction<GpuSamples> at) {
        return Evidences.series(60, 10, at).result("nvlink");
    }

    @Test
    void onASwitchEveryLinkMustBeUp() {
        CheckResult result = Evidences.of(onSwitch(16, 2)).result("nvlink");

        assertThat(result.status()).isEqualTo(Status.CRITICAL);
        assertThat(result.summary()).isEqualTo("gpu 0: 16 of 18 NVLinks up, down: 16, 17");
        assertThat(Evidences.of(onSwitch(18, 0)).result("nvlink").status()).isEqualTo(Status.OK);
    }

    @Test
    void aBoardWithoutBridgeIsNoFault() {
        assertThat(Evidences.of(GpuSamples.h100(0).links(0, 18)).said("nvlink"))
                .containsExactly("SKIPPED gpu 0: all 18 NVLinks are down: no bridge");
    }

    @Test
    void bridgesThatLeaveLinksFreeOnAllGpusAreNoFault() {
        assertThat(two(GpuSamples.h100(0).links(12, 6), GpuSamples.h100(1).links(12, 6))
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void aGpuWithFewerLinksThanMostOfItsTwinsHasAFault() {
        List<GpuSamples> gpus = List.of(
                GpuSamples.h100(0).links(12, 0),
                GpuSamples.h100(1).links(10, 2),
                GpuSamples.h100(2).links(12, 0));

        assertThat(Evidences.ofAll(gpus).said("nvlink"))
                .first()
                .isEqualTo("CRITICAL gpu 1: 10 of 12 NVLinks up, down: 10, 11");
    }

    @Test
    void linksThatAreAllDownBesideTheFabricAreAFault() {
        GpuSamples gpu = GpuSamples.h100(0).links(0, 18).with(FABRIC_STATE, "COMPLETED");

        assertThat(two(gpu, onSwitch(18, 0)).summary()).isEqualTo("gpu 0: 0 of 18 NVLinks up");
    }

    @Test
    void migTurnsLinksOff() {
        assertThat(Evidences.of(GpuSamples.h100(0).links(0, 18).mig().with(FABRIC_STATE, "NOT_STARTED"))
                        .said("nvlink"))
                .containsExactly("SKIPPED gpu 0: NVLink is off under MIG");
    }

    @Test
    void aGpuWithoutNvLinkIsSkippedAndAReadingThatFailedIsNot() {
        assertThat(Evidences.of(GpuSamples.h100(0).without(NVLINK_COUNT, Reason.NOT_SUPPORTED))
                        .result("nvlink")
                        .status())
                .isEqualTo(Status.SKIPPED);
        assertThat(Evidences.of(GpuSamples.h100(0).without(NVLINK_COUNT, Reason.FAILED))
                        .result("nvlink")
                        .status())
                .isEqualTo(Status.UNKNOWN);
    }

    @Test
    void whatIsExpectedOfLinksIsSaidByDevicesFirst() {
        CheckResult result =
                Evidences.of(onSwitch(16, 2)).set("devices.expect-links", "18").result("nvlink");

        assertThat(result.findings().getFirst().causedBy()).contains("devices");
    }

    @ParameterizedTest
    @CsvSource({
        "nvlink_replays_total, 1, CRITICAL",
        "nvlink_replays_total, 0, OK",
        "nvlink_recoveries_total, 1, CRITICAL",
        "nvlink_crc_flit_errors_total, 5999, WARNING",
        "nvlink_crc_flit_errors_total, 6000, CRITICAL",
        "nvlink_crc_flit_errors_total, 59, OK",
        "nvlink_crc_data_errors_total, 60, WARNING",
        "nvlink_recoveries_successful_total, 1, WARNING",
        "nvlink_ecc_data_errors_total, 50, OK" // corrected
    })
    void errorsOfTheLastMinuteAreJudged(String quantity, long errors, Status status) {
        Quantity<Long> counter = counter(quantity);
        long before = quantity.contains("successful") ? 0 : 4000;

        CheckResult result =
                minute(second -> GpuSamples.h100(0).linkCounters(counter, before, before + errors * second / 60));

        assertThat(result.status()).isEqualTo(status);
    }

    @Test
    void countersThatADriverReloadResetsAreNoErrors() {
        assertThat(minute(second -> GpuSamples.h100(0).linkCounters(NVLINK_REPLAYS, second < 30 ? 4000L : 0L))
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void oldErrorsWithoutHistoryAreToldAndNotJudged() {
        CheckResult result = Evidences.of(GpuSamples.h100(0).linkCounters(NVLINK_REPLAYS, 40L, 2L))
                .result("nvlink");

        assertThat(result.status()).isEqualTo(Status.OK);
        assertThat(result.summary())
                .isEqualTo("gpu 0: 2 links up, 42 replays since the driver loaded; error rates need history");
    }

    @ParameterizedTest
    @CsvSource({"0, OK", "1, CRITICAL"})
    void aRecoveryThatFailedCounts(long failed, Status status) {
        assertThat(Evidences.of(GpuSamples.h100(0).linkCounters(NVLINK_RECOVERY_FAILED, failed))
                        .result("nvlink")
                        .status())
                .isEqualTo(status);
    }

    @Test
    void aRecoveryOfAnUnknownTimeIsWorthKnowing() {
        assertThat(Evidences.of(GpuSamples.h100(0).linkCounters(NVLINK_RECOVERED, 1L))
                        .result("nvlink")
                        .status())
                .isEqualTo(Status.INFO);
    }

    @ParameterizedTest
    @CsvSource({"1.5e-254, OK", "1e-13, OK", "2e-12, CRITICAL"})
    void bitErrorsAreHeldAgainstTheLimit(double ratio, Status status) {
        GpuSamples gpu = GpuSamples.h100(0).links(18, 0).eachLink(NVLINK_EFFECTIVE_BER, ratio);

        assertThat(Evidences.of(gpu).result("nvlink").status()).isEqualTo(status);
    }

    @Test
    void theLimitOfBitErrorsIsASetting() {
        GpuSamples gpu = GpuSamples.h100(0).links(18, 0).eachLink(NVLINK_SYMBOL_BER, 1e-13);

        assertThat(Evidences.of(gpu)
                        .set("nvlink.bit-error-ratio", "1e-14")
                        .result("nvlink")
                        .status())
                .isEqualTo(Status.CRITICAL);
    }

    @ParameterizedTest
    @CsvSource({
        // state, status, mask, summary
        "COMPLETED, 0, 0x21aa, HEALTHY, OK",
        "COMPLETED, 0, 0x0, , OK", // a driver that says nothing of health
        "COMPLETED, 0, 0x2, NOT_SUPPORTED, OK",
        "COMPLETED, 999, 0x21aa, , CRITICAL",
        "COMPLETED, 0, 0x21a9, UNHEALTHY, CRITICAL", // bandwidth degraded
        "COMPLETED, 0, 0x219a, UNHEALTHY, CRITICAL", // route unhealthy
        "COMPLETED, 0, 0x24aa, UNHEALTHY, CRITICAL", // no partition
        "COMPLETED, 0, 0x0, UNHEALTHY, CRITICAL",
        "COMPLETED, 0, 0x21aa, LIMITED_CAPACITY, WARNING",
        "NOT_STARTED, 0, 0x0, , CRITICAL",
        "IN_PROGRESS, 0, 0x0, , WARNING",
        "NOT_SUPPORTED, 0, 0x0, , OK"
    })
    void theFabricIsJudgedByItsStateAndHealth(String state, long code, String mask, String health, Status status) {
        GpuSamples gpu = onSwitch(18, 0)
                .with(FABRIC_STATE, state)
                .with(FABRIC_STATUS, code)
                .with(FABRIC_HEALTH_MASK, Long.decode(mask));
        if (health != null) {
            gpu.with(FABRIC_HEALTH, health);
        }

        assertThat(two(gpu, GpuSamples.h100(1).links(18, 0).eachLink(NVLINK_REMOTE_TYPE, "SWITCH"))
                        .status())
                .isEqualTo(status);
    }

    @Test
    void aGpuAloneOnItsNodeHasNoFabricToJoin() {
        assertThat(Evidences.of(onSwitch(18, 0).with(FABRIC_STATE, "NOT_STARTED"))
                        .result("nvlink")
                        .status())
                .isEqualTo(Status.OK);
    }

    @ParameterizedTest
    @CsvSource({"300, WARNING", "310, CRITICAL"})
    void registrationThatTakesOverFiveMinutesHasFailed(int seconds, Status status) {
        CheckResult result = Evidences.seriesOfAll(
                        seconds,
                        10,
                        second -> List.of(
                                onSwitch(18, 0).with(FABRIC_STATE, "IN_PROGRESS"),
                                GpuSamples.h100(1)
                                        .links(18, 0)
                                        .with(FABRIC_STATE, "COMPLETED")
                                        .with(FABRIC_HEALTH_MASK, WELL)))
                .result("nvlink");

        assertThat(result.status()).isEqualTo(status);
    }

    @Test
    void aFabricThatWasJoinedIsFineWhereLinksWereNotRecorded() {
        GpuSamples first = GpuSamples.h100(0).with(FABRIC_STATE, "COMPLETED").with(FABRIC_HEALTH_MASK, WELL);
        GpuSamples second = GpuSamples.h100(1).with(FABRIC_STATE, "COMPLETED").with(FABRIC_HEALTH_MASK, WELL);

        assertThat(two(first, second).status()).isEqualTo(Status.OK);
    }

    @ParameterizedTest
    @CsvSource({"false, true, CRITICAL", "true, true, OK", "false, false, OK", ", true, OK"})
    void switchesNeedAFabricManager(Boolean runs, boolean switches, Status status) {
        NodeSamples node = NodeSamples.working().gpu(onSwitch(18, 0).build());
        if (runs != null) {
            node.with(HostQuantities.FABRIC_MANAGER_RUNNING, runs);
        }
        if (switches) {
            node.device(new PciDevice("0000:84:00.0", PciDevice.NVIDIA, 0x22a3, 0x068000, Optional.of("nvidia")));
        }

        assertThat(Evidences.of(node.build()).result("nvlink").status()).isEqualTo(status);
    }

    @SuppressWarnings("unchecked") // all of them are counts
    private static Quantity<Long> counter(String id) {
        return (Quantity<Long>) byId(id).orElseThrow();
    }
}
