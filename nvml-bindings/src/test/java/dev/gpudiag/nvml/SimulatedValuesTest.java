package dev.gpudiag.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values that differ from each other, so that a field read from another's place is seen. */
class SimulatedValuesTest {
    @TempDir
    Path directory;

    private Nvml nvml;
    private NvmlDevice gpu;

    @BeforeEach
    void open() throws Exception {
        nvml = Simulator.written(directory, """
                temperature.threshold.shutdown = 95
                temperature.threshold.slowdown = 91
                ecc.mode.current = enabled
                ecc.mode.pending = disabled
                ecc.volatile.corrected.l1 = 11
                ecc.volatile.corrected.l2 = 12
                ecc.volatile.corrected.dram = 13
                ecc.volatile.corrected.register_file = 14
                ecc.aggregate.uncorrected.sram = 27
                sram.threshold_exceeded = yes
                sram.volatile.uncorrected.parity = 31
                sram.volatile.uncorrected.secded = 32
                sram.volatile.corrected = 33
                sram.aggregate.uncorrected.parity = 34
                sram.aggregate.uncorrected.secded = 35
                sram.aggregate.corrected = 36
                sram.bucket.l2 = 41
                sram.bucket.sm = 42
                sram.bucket.pcie = 43
                sram.bucket.mcu = 44
                sram.bucket.other = 45
                retired_pages.single_bit = 3
                retired_pages.double_bit = 70
                retired_pages.pending = yes
                remapped_rows.correctable = 5
                remapped_rows.uncorrectable = 6
                remapped_rows.pending = no
                remapped_rows.failure = yes
                remap_histogram = 51 52 53 54 55
                repair.channel = no
                repair.beyond = yes
                repair.tpc = yes
                bbx.timestamp = 1700000000
                bbx.duration = 77
                board_id = 4711
                platform.chassis_serial = 1821624190203
                platform.slot = 61
                platform.tray = 62
                platform.host = 63
                platform.module = 4
                accounting.mode = enabled
                clock.event_reasons = sw_power_cap|hw_thermal
                violation.power = 71
                violation.thermal = 72
                performance_state = unknown
                bar1.total = 3Gi
                bar1.used = 1Gi
                license.product = NVIDIA Virtual Compute Server
                license.state = licensed
                license.expiry = 2027-03-04T05:06:07
                [gpu 0..1]
                [process 0:301]
                type = mps
                used_memory = 2Gi
                [process 0:302]
                type = compute
                used_memory = 3Gi
                sm_util = 81
                mem_util = 82
                enc_util = 83
                dec_util = 84
                """);
        gpu = nvml.device(0);
    }

    @AfterEach
    void close() {
        nvml.close();
    }

    @Test
    void eccCountersAreToldApart() throws Exception {
        assertThat(gpu.eccMode()).isEqualTo(new EccMode(true, false));
        assertThat(gpu.detailedEccErrors(MemoryErrorType.CORRECTED, EccCounterType.VOLATILE))
                .isEqualTo(new EccErrorCounts(11, 12, 13, 14));
        assertThat(gpu.memoryErrorCounter(
                        MemoryErrorType.CORRECTED, EccCounterType.VOLATILE, MemoryLocation.REGISTER_FILE))
                .isEqualTo(14);
        assertThat(gpu.memoryErrorCounter(MemoryErrorType.UNCORRECTED, EccCounterType.AGGREGATE, MemoryLocation.SRAM))
                .isEqualTo(27);
        assertThat(gpu.totalEccErrors(MemoryErrorType.CORRECTED, EccCounterType.VOLATILE))
                .isEqualTo(50);
        assertThat(gpu.totalEccErrors(MemoryErrorType.UNCORRECTED, EccCounterType.AGGREGATE))
                .isEqualTo(27);
        assertThat(gpu.sramEccErrorStatus())
                .isEqualTo(new SramEccErrorStatus(34, 35, 36, 31, 32, 33, 41, 42, 43, 44, 45, true));
    }

    @Test
    void theLicenceOfAVirtualGpuIsRead() throws Exception {
        assertThat(gpu.vgpuLicense())
                .contains(new VgpuLicense(
                        true, "NVIDIA Virtual Compute Server", Optional.of(Instant.parse("2027-03-04T05:06:07Z"))));
    }

    @Test
    void repairsAreToldApart() throws Exception {
        assertThat(gpu.remappedRows()).isEqualTo(new RemappedRows(5, 6, false, true));
        assertThat(gpu.rowRemapperHistogram()).isEqualTo(new RowRemapperHistogram(51, 52, 53, 54, 55));
        assertThat(gpu.unrepairableMemory()).isTrue();
        assertThat(gpu.repairStatus()).isEqualTo(new RepairStatus(false, true));
        assertThat(gpu.retiredPagesPending()).isTrue();
        assertThat(gpu.lastBbxFlushTime().durationMicros()).isEqualTo(77);
        assertThat(gpu.lastBbxFlushTime().timestamp()).isEqualTo(1_700_000_000L);
    }

    @Test
    void retiredPagesKeepAddressAndTimeTogetherAlsoInALongList() throws Exception {
        assertThat(gpu.retiredPages(PageRetirementCause.MULTIPLE_SINGLE_BIT_ECC_ERRORS))
                .extracting(RetiredPage::address)
                .containsExactly(0x10000L, 0x20000L, 0x30000L);
        var pages = gpu.retiredPages(PageRetirementCause.DOUBLE_BIT_ECC_ERROR);
        assertThat(pages).hasSize(70);
        assertThat(pages.get(69).address()).isEqualTo(70L << 16);
        assertThat(pages.get(0).timestamp() - pages.get(69).timestamp()).isEqualTo(69L * 86400);
    }

    @Test
    void identityAndModesAreToldApart() throws Exception {
        assertThat(gpu.boardId()).isEqualTo(4711);
        PlatformInfo platform = gpu.platformInfo();
        assertThat(platform.slotNumber()).isEqualTo(61);
        assertThat(platform.trayIndex()).isEqualTo(62);
        assertThat(platform.hostId()).isEqualTo(63);
        assertThat(platform.moduleId()).isEqualTo(4);
        assertThat(gpu.temperatureThreshold(TemperatureThreshold.SHUTDOWN)).isEqualTo(95);
        assertThat(gpu.temperatureThreshold(TemperatureThreshold.SLOWDOWN)).isEqualTo(91);
        assertThat(gpu.performanceState()).isEmpty();
        assertThat(ClocksEventReason.of(gpu.currentClocksEventReasons()))
                .containsExactly(ClocksEventReason.SW_POWER_CAP, ClocksEventReason.HW_THERMAL_SLOWDOWN);
        assertThat(gpu.violationStatus(PerfPolicy.POWER).violationNanos()).isEqualTo(71);
        assertThat(gpu.violationStatus(PerfPolicy.THERMAL).violationNanos()).isEqualTo(72);
        assertThat(gpu.violationStatus(PerfPolicy.THERMAL).referenceMicros()).isPositive();
        assertThat(gpu.bar1MemoryInfo()).isEqualTo(new Bar1MemoryInfo(3L << 30, 1L << 30, 2L << 30));
        assertThat(nvml.confComputeState().enabled()).isFalse();
        assertThat(gpu.topologyNearestGpus(TopologyLevel.SYSTEM))
                .extracting(NvmlDevice::index)
                .containsExactly(1);
    }

    @Test
    void processesAreToldApart() throws Exception {
        assertThat(gpu.mpsProcesses()).extracting(ProcessInfo::pid).containsExactly(301);
        assertThat(gpu.computeProcesses()).extracting(ProcessInfo::pid).containsExactly(302);
        assertThat(gpu.processUtilization(0))
                .filteredOn(one -> one.pid() == 302)
                .first()
                .isEqualTo(new ProcessUtilization(
                        302,
                        gpu.processUtilization(0).getFirst().timestampMicros(),
                        81,
                        82,
                        83,
                        84,
                        OptionalInt.empty(),
                        OptionalInt.empty()));
        assertThat(gpu.processesUtilizationInfo(0)).anySatisfy(one -> {
            assertThat(one.pid()).isEqualTo(302);
            assertThat(one.decoder()).isEqualTo(84);
            assertThat(one.jpeg()).hasValue(0);
        });
        assertThat(gpu.accountingMode()).isTrue();
        assertThat(gpu.accountingPids()).containsExactlyInAnyOrder(301, 302);
        AccountingStats stats = gpu.accountingStats(302);
        assertThat(stats.gpuUtilization()).hasValue(81);
        assertThat(stats.memoryUtilization()).hasValue(82);
        assertThat(stats.maxMemoryUsage()).hasValue(3L << 30);
        assertThat(stats.running()).isTrue();
        assertThat(gpu.accountingStats(301).gpuUtilization()).isEmpty();
    }

    @Test
    void migProfilesInstancesAndPlacementsAreRead() throws Exception {
        nvml.close();
        nvml = Simulator.bundled("mig-a100");
        NvmlDevice whole = nvml.device(0);
        int threeSlices = 2;

        GpuInstanceProfile profile = whole.gpuInstanceProfileInfo(threeSlices);

        assertThat(profile.id()).isEqualTo(9);
        assertThat(profile.sliceCount()).isEqualTo(3);
        assertThat(profile.name()).hasValueSatisfying(name -> assertThat(name).contains("3g"));
        assertThat(whole.gpuInstancePossiblePlacements(profile.id())).contains(new GpuInstancePlacement(0, 4));
        GpuInstance instance = whole.gpuInstances(profile.id()).getFirst();
        assertThat(whole.computeInstances(instance, threeSlices))
                .singleElement()
                .satisfies(one -> assertThat(one.id()).isZero());
    }

    @Test
    void nodeWideEventsOfADriverWithoutThemAreRefused() {
        assertThatThrownBy(nvml::systemEventSet)
                .isInstanceOfSatisfying(
                        NvmlException.class, e -> assertThat(e.code()).isEqualTo(NvmlReturn.NOT_SUPPORTED));
    }
}
