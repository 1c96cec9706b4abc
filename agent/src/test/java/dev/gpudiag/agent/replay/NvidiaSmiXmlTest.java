package dev.gpudiag.agent.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.ClockEventReason;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuCondition.State;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Missing;
import dev.gpudiag.telemetry.Reading.Reason;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NvidiaSmiXmlTest {

    private static final Instant MODIFIED = Instant.parse("2026-01-02T03:04:05Z");

    private static NvidiaSmiXml.Result read(String content) throws ReplayException {
        return new NvidiaSmiXml().read("x.xml", "<nvidia_smi_log>" + content + "</nvidia_smi_log>", MODIFIED);
    }

    private static GpuSample gpu(String content) throws ReplayException {
        return read("<gpu id=\"00000000:0A:00.0\">" + content + "</gpu>")
                .sample()
                .gpus()
                .getFirst();
    }

    @Test
    void valuesComeInBaseUnits() throws Exception {
        GpuSample gpu = gpu("<fb_memory_usage><total> 8114 MiB </total></fb_memory_usage><fan_speed> 57 % </fan_speed>"
                + "<pci><tx_util>341 KB/s</tx_util><pci_device_id>20B010DE</pci_device_id></pci>"
                + "<clocks><sm_clock>1923 MHz</sm_clock></clocks><performance_state>P8</performance_state>"
                + "<clocks_event_reasons_counters><clocks_event_reasons_counters_sw_power_cap>39595 us"
                + "</clocks_event_reasons_counters_sw_power_cap></clocks_event_reasons_counters>");
        assertThat(gpu.value(GpuQuantities.MEMORY_TOTAL)).contains(8114L * 1024 * 1024);
        assertThat(gpu.value(GpuQuantities.FAN_SPEED)).contains(0.57);
        assertThat(gpu.value(GpuQuantities.PCIE_TRANSMIT)).contains(341_000.0);
        assertThat(gpu.value(GpuQuantities.PCI_DEVICE_ID)).contains(0x20B010DEL);
        assertThat(gpu.value(GpuQuantities.CLOCK_SM)).contains(1_923_000_000L);
        assertThat(gpu.value(GpuQuantities.PERFORMANCE_STATE)).contains(8L);
        assertThat(gpu.value(GpuQuantities.VIOLATION_POWER)).contains(0.039595);
        assertThat(gpu.identity().pciBusId()).contains("0000:0a:00.0");
    }

    @ParameterizedTest
    @CsvSource({
        "N/A, NOT_SUPPORTED",
        "' N/A ', NOT_SUPPORTED",
        "[N/A], NOT_SUPPORTED",
        "[Not Supported], NOT_SUPPORTED",
        "Requested functionality has been deprecated, NOT_SUPPORTED",
        "Insufficient Permissions, NO_PERMISSION",
        "GPU is lost, GPU_LOST",
        "[GPU is lost], GPU_LOST",
        "GPU requires reset, RESET_REQUIRED",
        "ERR!, FAILED",
        "[Unknown Error], FAILED",
        "Insufficient Size, FAILED",
        "Not Found, FAILED",
        "twelve C, FAILED",
        "12, FAILED",
        "12 F, FAILED",
        "1e400 C, FAILED",
        "99999999999999999999999 C, FAILED"
    })
    void whatIsNoValueIsAReasonAndNeverZero(String text, Reason reason) throws Exception {
        Reading<Double> reading = gpu("<temperature><gpu_temp>" + text + "</gpu_temp></temperature>")
                .get(GpuQuantities.TEMPERATURE_GPU);
        assertThat(reading.reason()).contains(reason);
        assertThat(((Missing<Double>) reading).detail()).contains(text.strip());
        assertThat(reading.source()).isEqualTo("temperature/gpu_temp");
    }

    @Test
    void aMissingElementIsNotRead() throws Exception {
        assertThat(gpu("").get(GpuQuantities.MEMORY_TOTAL).reason()).contains(Reason.NOT_READ);
    }

    @ParameterizedTest
    @CsvSource({"gpu_power_readings/average_power_draw", "gpu_power_readings/power_draw", "power_readings/power_draw"})
    void powerIsFoundInEverySchema(String path) throws Exception {
        List<String> names = List.of(path.split("/", -1));
        String xml = "<%s><%s>67.03 W</%s></%s>".formatted(names.get(0), names.get(1), names.get(1), names.get(0));
        assertThat(gpu(xml).value(GpuQuantities.POWER_USAGE)).contains(67.03);
    }

    @Test
    void aMarginMayBeNegativeAndIsNoTemperature() throws Exception {
        GpuSample gpu = gpu("<temperature><gpu_temp_tlimit>-2 C</gpu_temp_tlimit>"
                + "<gpu_temp_max_tlimit_threshold>-8 C</gpu_temp_max_tlimit_threshold></temperature>");
        assertThat(gpu.value(GpuQuantities.TEMPERATURE_MARGIN)).contains(-2.0);
        assertThat(gpu.value(GpuQuantities.TLIMIT_SHUTDOWN)).contains(-8.0);
        assertThat(gpu.get(GpuQuantities.THRESHOLD_SHUTDOWN).isPresent()).isFalse();
    }

    @Test
    void totalsOfTheNewEccShapeAreSums() throws Exception {
        GpuSample gpu = gpu("<ecc_errors><volatile><sram_correctable>1</sram_correctable>"
                + "<sram_uncorrectable_parity>2</sram_uncorrectable_parity>"
                + "<sram_uncorrectable_secded>3</sram_uncorrectable_secded>"
                + "<dram_correctable>10</dram_correctable><dram_uncorrectable>20</dram_uncorrectable>"
                + "</volatile></ecc_errors>");
        assertThat(gpu.value(GpuQuantities.ECC_VOLATILE_CORRECTED)).contains(11L);
        assertThat(gpu.value(GpuQuantities.ECC_VOLATILE_UNCORRECTED)).contains(25L);
        assertThat(gpu.value(GpuQuantities.ECC_VOLATILE_SRAM_UNCORRECTED)).contains(5L);
        assertThat(gpu.value(GpuQuantities.ECC_VOLATILE_DRAM_UNCORRECTED)).contains(20L);
        assertThat(gpu.get(GpuQuantities.ECC_AGGREGATE_UNCORRECTED).reason()).contains(Reason.NOT_READ);
    }

    @Test
    void theOldEccShapeGivesItsOwnTotal() throws Exception {
        GpuSample gpu = gpu("<ecc_errors><aggregate><double_bit><device_memory>2</device_memory>"
                + "<register_file>1</register_file><total>3</total></double_bit></aggregate></ecc_errors>");
        assertThat(gpu.value(GpuQuantities.ECC_AGGREGATE_UNCORRECTED)).contains(3L);
        assertThat(gpu.value(GpuQuantities.ECC_AGGREGATE_DRAM_UNCORRECTED)).contains(2L);
        assertThat(gpu.value(GpuQuantities.ECC_AGGREGATE_SRAM_UNCORRECTED)).contains(1L);
    }

    @Test
    void knownErrorsCountThoughAnotherCounterFailed() throws Exception {
        String errors = "<ecc_errors><volatile><sram_uncorrectable>Unknown Error</sram_uncorrectable>"
                + "<dram_uncorrectable>%d</dram_uncorrectable></volatile></ecc_errors>";
        assertThat(gpu(errors.formatted(4)).value(GpuQuantities.ECC_VOLATILE_UNCORRECTED))
                .contains(4L);
        assertThat(gpu(errors.formatted(0))
                        .get(GpuQuantities.ECC_VOLATILE_UNCORRECTED)
                        .reason())
                .contains(Reason.FAILED);
    }

    @Test
    void retiredPagesAreCountedWhereTheCountIsMissing() throws Exception {
        GpuSample gpu = gpu("<retired_pages><multiple_single_bit_retirement><retired_pagelist>"
                + "<retired_page><retired_page_address>0x1</retired_page_address></retired_page>"
                + "<retired_page><retired_page_address>0x2</retired_page_address></retired_page>"
                + "</retired_pagelist></multiple_single_bit_retirement><double_bit_retirement>"
                + "<retired_page_addresses><retired_page_address>0x3</retired_page_address></retired_page_addresses>"
                + "</double_bit_retirement><pending_blacklist>No</pending_blacklist>"
                + "<pending_retirement>Yes</pending_retirement></retired_pages>");
        assertThat(gpu.value(GpuQuantities.RETIRED_PAGES_SINGLE_BIT)).contains(2L);
        assertThat(gpu.value(GpuQuantities.RETIRED_PAGES_DOUBLE_BIT)).contains(1L);
        assertThat(gpu.value(GpuQuantities.RETIRED_PAGES_PENDING)).contains(true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"event", "throttle"})
    void clockReasonsBecomeBits(String word) throws Exception {
        GpuSample gpu = gpu("<clocks_X_reasons><clocks_X_reason_gpu_idle>Not Active</clocks_X_reason_gpu_idle>"
                .concat("<clocks_X_reason_hw_thermal_slowdown>Active</clocks_X_reason_hw_thermal_slowdown>")
                .concat("<clocks_X_reason_sync_boost>N/A</clocks_X_reason_sync_boost></clocks_X_reasons>")
                .replace("X", word));
        assertThat(gpu.value(GpuQuantities.CLOCK_EVENT_REASONS)).contains(ClockEventReason.HW_THERMAL_SLOWDOWN.bit());
        assertThat(gpu.value(GpuQuantities.CLOCK_EVENT_REASONS_SUPPORTED))
                .contains(ClockEventReason.HW_THERMAL_SLOWDOWN.bit() | ClockEventReason.GPU_IDLE.bit());
    }

    @Test
    void clockReasonsThatAreNotSupportedAreNotZero() throws Exception {
        GpuSample gpu = gpu("<clocks_throttle_reasons>N/A</clocks_throttle_reasons>");
        assertThat(gpu.get(GpuQuantities.CLOCK_EVENT_REASONS).reason()).contains(Reason.NOT_SUPPORTED);
    }

    @Test
    void fabricHealthIsPackedAsNvmlPacksIt() throws Exception {
        GpuSample gpu = gpu("<fabric><state>In Progress</state><status>Timeout</status><health>"
                + "<summary>Limited Capacity</summary><bandwidth>Full</bandwidth>"
                + "<route_unhealthy>True</route_unhealthy><access_timeout_recovery>N/A</access_timeout_recovery>"
                + "<incorrect_configuration>None</incorrect_configuration></health></fabric>");
        assertThat(gpu.value(GpuQuantities.FABRIC_STATE)).contains("IN_PROGRESS");
        assertThat(gpu.value(GpuQuantities.FABRIC_STATUS)).contains(10L);
        assertThat(gpu.value(GpuQuantities.FABRIC_HEALTH)).contains("LIMITED_CAPACITY");
        assertThat(gpu.value(GpuQuantities.FABRIC_HEALTH_MASK)).contains(2L | 1L << 4 | 1L << 8);
    }

    @ParameterizedTest
    @CsvSource({"None, 0", "Reset, 1", "Reboot, 2", "Drain P2P, 3", "Drain and Reset, 4", "Recover IMEX Domain, 5"})
    void theRecoveryActionIsItsCode(String text, long code) throws Exception {
        GpuSample gpu = gpu("<gpu_recovery_action>" + text + "</gpu_recovery_action>");
        assertThat(gpu.value(GpuQuantities.RECOVERY_ACTION)).contains(code);
    }

    @Test
    void theRecommendationOfOlderDriversIsARecoveryAction() throws Exception {
        GpuSample gpu = gpu("<gpu_reset_status><reset_required>No</reset_required>"
                + "<drain_and_reset_recommended>Yes</drain_and_reset_recommended></gpu_reset_status>");
        assertThat(gpu.value(GpuQuantities.RECOVERY_ACTION)).contains(4L);
        assertThat(gpu.condition().isAnswering()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "<a>N/A</a>, ANSWERING",
        "<remapped_rows>GPU is lost</remapped_rows>, LOST",
        "<fan_speed>GPU requires reset</fan_speed>, RESET_REQUIRED",
        "<gpu_reset_status><reset_required>Yes</reset_required></gpu_reset_status>, RESET_REQUIRED",
        "<performance_state>Unknown Error</performance_state>, INACCESSIBLE",
        "<performance_state>P0</performance_state><fan_speed>ERR!</fan_speed>, ANSWERING"
    })
    void theConditionFollowsFromWhatTheElementsSay(String xml, State state) throws Exception {
        assertThat(gpu(xml).condition().state()).isEqualTo(state);
    }

    @Test
    void processesAreReadWithWhatTheyHold() throws Exception {
        GpuSample gpu = gpu("<processes><process_info><gpu_instance_id>3</gpu_instance_id>"
                + "<compute_instance_id>0</compute_instance_id><pid>4711</pid><type>C</type>"
                + "<process_name>/usr/bin/a b</process_name><used_memory>12 MiB</used_memory></process_info>"
                + "<process_info><pid>4712</pid><type>C+G</type><process_name></process_name>"
                + "<used_memory>N/A</used_memory></process_info>"
                + "<process_info><pid>4713</pid><type>M+C</type></process_info></processes>");
        List<ComputeProcess> processes = gpu.processes().value().orElseThrow();
        assertThat(processes).extracting(ComputeProcess::pid).containsExactly(4711L, 4712L, 4713L);
        assertThat(processes)
                .extracting(ComputeProcess::type)
                .containsExactly(
                        ComputeProcess.Type.COMPUTE, ComputeProcess.Type.COMPUTE_AND_GRAPHICS, ComputeProcess.Type.MPS);
        assertThat(processes.get(0).gpuInstance()).hasValue(3);
        assertThat(processes.get(0).usedMemoryBytes().value()).contains(12L << 20);
        assertThat(processes.get(1).name()).isEmpty();
        assertThat(processes.get(1).usedMemoryBytes().reason()).contains(Reason.NOT_SUPPORTED);
    }

    @Test
    void noProcessesIsNotTheSameAsNotKnowing() throws Exception {
        assertThat(gpu("<processes> </processes>").processes().value()).contains(List.of());
        assertThat(gpu("<processes>N/A</processes>").processes().reason()).contains(Reason.NOT_SUPPORTED);
        assertThat(gpu("<processes>Insufficient Permissions</processes>")
                        .processes()
                        .reason())
                .contains(Reason.NO_PERMISSION);
        assertThat(gpu("").processes().reason()).contains(Reason.NOT_READ);
    }

    @Test
    void aProcessWithoutAPidIsReported() throws Exception {
        NvidiaSmiXml.Result result =
                read("<gpu id=\"\"><processes><process_info><pid>abc</pid></process_info></processes></gpu>");
        assertThat(result.warnings()).containsExactly("gpu 0: a process without a readable pid was left out: abc");
    }

    @Test
    void migDevicesKeepTheirIndicesAndTheirOwnMemory() throws Exception {
        GpuSample gpu = gpu("<fb_memory_usage><total>100 MiB</total></fb_memory_usage><mig_devices><mig_device>"
                + "<index>2</index><gpu_instance_id>9</gpu_instance_id><compute_instance_id>0</compute_instance_id>"
                + "<fb_memory_usage><total>10 MiB</total></fb_memory_usage><ecc_error_count><volatile_count>"
                + "<sram_uncorrectable>1</sram_uncorrectable></volatile_count></ecc_error_count></mig_device>"
                + "</mig_devices>");
        assertThat(gpu.value(GpuQuantities.MEMORY_TOTAL)).contains(100L << 20);
        MigDevice device = gpu.migDevices().value().orElseThrow().getFirst();
        assertThat(device.index()).isEqualTo(2);
        assertThat(device.readings().value(GpuQuantities.GPU_INSTANCE)).contains(9L);
        assertThat(device.readings().value(GpuQuantities.MEMORY_TOTAL)).contains(10L << 20);
        assertThat(device.readings().value(GpuQuantities.ECC_VOLATILE_SRAM_UNCORRECTED))
                .contains(1L);
    }

    @Test
    void noneIsNoMigDevice() throws Exception {
        assertThat(gpu("<mig_devices>\n None\n</mig_devices>").migDevices().value())
                .contains(List.of());
    }

    @Test
    void theIndexIsThePositionWhateverTheMinorNumber() throws Exception {
        List<GpuSample> gpus = read("<gpu id=\"\"><minor_number>1</minor_number></gpu>"
                        + "<gpu id=\"\"><minor_number>0</minor_number></gpu>")
                .sample()
                .gpus();
        assertThat(gpus).extracting(gpu -> gpu.identity().index()).containsExactly(0, 1);
        assertThat(gpus.get(0).value(GpuQuantities.MINOR_NUMBER)).contains(1L);
    }

    @ParameterizedTest
    @CsvSource({
        "Fri Mar  5 11:03:03 2020, 2020-03-05T11:03:03Z",
        "Sun Mar 2 15:02:02 2025, 2025-03-02T15:02:02Z",
        "yesterday, 2026-01-02T03:04:05Z"
    })
    void theTimeStampIsTakenForUtcElseTheFileSaysWhen(String text, Instant expected) throws Exception {
        assertThat(read("<timestamp>" + text + "</timestamp>").sample().takenAt())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "00000000:0A:00.0, 0000:0a:00.0",
        "0000:65:00.0, 0000:65:00.0",
        "00010000:01:00.0, 10000:01:00.0",
        "FFFFFFFF:01:00.0, ffffffff:01:00.0"
    })
    void pciAddressesTakeTheFormOfSysfs(String id, String expected) {
        assertThat(GpuReader.sysfsAddress(id)).contains(expected);
        assertThat(GpuReader.sysfsAddress("x" + id)).isEmpty();
    }

    @Test
    void anElementThatNobodyKnowsIsReported() throws Exception {
        NvidiaSmiXml.Result result = read("<new_host>1</new_host><gpu id=\"\" colour=\"red\"><temperature>"
                + "<hotspot_temp>90 C</hotspot_temp></temperature><new><deep>1</deep></new></gpu>");
        assertThat(result.unknownElements())
                .containsExactly("gpu/new", "gpu/temperature/hotspot_temp", "gpu@colour", "new_host");
    }

    @Test
    void aCaptureOfOneGpuOfManyIsAWarningAndNoLostGpu() throws Exception {
        NvidiaSmiXml.Result result = read("<attached_gpus>2</attached_gpus><gpu id=\"\"></gpu>");
        assertThat(result.warnings()).containsExactly("attached_gpus is 2, but the capture holds 1");
        assertThat(result.sample().driver().get(HostQuantities.GPU_COUNT).reason())
                .contains(Reason.NOT_READ);
    }

    @Test
    void aCaptureWithNothingInItDoesNotSayThatTheDriverWorks() throws Exception {
        assertThat(read("").sample().driver().usable()).isFalse();
        assertThat(read("<error_string>No devices were found</error_string>")
                        .sample()
                        .driver()
                        .nvml()
                        .describe())
                .isEqualTo("No devices were found");
    }
}
