package dev.gpudiag.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every subject, read through real native calls from eight healthy H100. */
class SimulatedNodeTest {
    private static final long MIB = 1L << 20;

    private Nvml nvml;
    private NvmlDevice gpu;

    @BeforeEach
    void open() throws Exception {
        nvml = Simulator.bundled("healthy-h100x8");
        gpu = nvml.device(3);
    }

    @AfterEach
    void close() {
        nvml.close();
    }

    @Test
    void theNodeTellsItsVersionsAndDevices() throws Exception {
        assertThat(nvml.systemDriverVersion()).isEqualTo("580.105.08");
        assertThat(nvml.systemNvmlVersion()).isEqualTo("13.580.105.08");
        assertThat(nvml.cudaDriverVersion()).isEqualTo(13000);
        assertThat(nvml.deviceCount()).isEqualTo(8);
        assertThat(nvml.processName(41000)).isEqualTo("python3");
        assertThat(nvml.driverBranch()).startsWith("r580");
        assertThat(nvml.excludedDevices()).isEmpty();
        assertThat(Path.of(nvml.path())).hasFileName("libnvidia-ml.so.1");
    }

    @Test
    void identityIsRead() throws Exception {
        assertThat(gpu.index()).isEqualTo(3);
        assertThat(gpu.name()).isEqualTo("NVIDIA H100 80GB HBM3");
        assertThat(gpu.uuid()).isEqualTo("GPU-b42dd28e-ffdd-8720-1df0-98bd8cdc0503");
        assertThat(gpu.serial()).isEqualTo("1654423001503");
        assertThat(gpu.pciInfo()).isEqualTo(new PciInfo("0000:5d:00.0", 0, 0x5d, 0, 0x233010de, 0x16c110de));
        assertThat(gpu.pciClass()).isEqualTo(0x0302);
        assertThat(gpu.minorNumber()).isEqualTo(3);
        assertThat(gpu.nvmlIndex()).isEqualTo(3);
        assertThat(NvmlNames.brand(gpu.brand())).isEqualTo("NVIDIA");
        assertThat(NvmlNames.architecture(gpu.architecture())).isEqualTo("Hopper");
        assertThat(gpu.cudaComputeCapability()).hasToString("9.0");
        assertThat(gpu.boardPartNumber()).isEqualTo("692-2G520-0200-000");
        assertThat(gpu.vbiosVersion()).isEqualTo("96.00.74.00.01");
        assertThat(gpu.inforomImageVersion()).isEqualTo("G520.0200.00.05");
        assertThat(gpu.multiGpuBoard()).isFalse();
        assertThat(gpu.moduleId()).isEqualTo(3);
        gpu.validateInforom();
    }

    @Test
    void aDeviceIsFoundByUuidAndByAddressInEitherForm() throws Exception {
        assertThat(nvml.deviceByUuid(gpu.uuid()).index()).isEqualTo(3);
        assertThat(nvml.deviceByPciBusId("0000:5d:00.0").index()).isEqualTo(3);
        assertThat(nvml.deviceByPciBusId("00000000:5D:00.0").index()).isEqualTo(3);
    }

    @Test
    void memoryAndEnginesAreRead() throws Exception {
        MemoryInfo memory = gpu.memoryInfo();
        assertThat(memory.total()).isEqualTo(81559 * MIB);
        assertThat(memory.used()).isEqualTo(58L << 30);
        assertThat(memory.reserved()).hasValue(454 * MIB);
        assertThat(memory.free()).isEqualTo(memory.total() - memory.used() - 454 * MIB);
        assertThat(gpu.bar1MemoryInfo()).isEqualTo(new Bar1MemoryInfo(128L << 30, MIB, (128L << 30) - MIB));
        assertThat(gpu.utilizationRates().gpu()).isBetween(55, 85);
        assertThat(gpu.utilizationRates().memory()).isBetween(25, 45);
        assertThat(List.of(
                        gpu.encoderUtilization().percent(),
                        gpu.decoderUtilization().percent(),
                        gpu.jpegUtilization().percent(),
                        gpu.ofaUtilization().percent()))
                .containsOnly(0);
        assertThat(gpu.encoderUtilization().samplingPeriodMicros()).isPositive();
        assertThat(gpu.samples(SamplingType.GPU_UTILIZATION, 0)).isNotEmpty().allSatisfy(sample -> {
            assertThat(sample.timestampMicros()).isPositive();
            assertThat(sample.value().asLong()).isBetween(0L, 100L);
        });
    }

    @Test
    void temperaturesAreRead() throws Exception {
        assertThat(gpu.temperature()).isBetween(54, 62);
        assertThat(gpu.marginTemperature()).isBetween(25, 33);
        assertThat(gpu.thermalSettings()).isNotEmpty().first().satisfies(sensor -> {
            assertThat(sensor.target()).isEqualTo(1);
            assertThat(sensor.currentCelsius()).isBetween(54, 62);
        });
    }

    @Test
    void powerAndClocksAreRead() throws Exception {
        assertThat(gpu.powerUsage()).isBetween(420_000, 560_000);
        assertThat(gpu.totalEnergyConsumption()).isGreaterThanOrEqualTo(812_000_000L);
        assertThat(gpu.enforcedPowerLimit()).isEqualTo(700_000);
        assertThat(gpu.powerManagementLimit()).isEqualTo(700_000);
        assertThat(gpu.powerManagementDefaultLimit()).isEqualTo(700_000);
        assertThat(gpu.powerManagementLimitConstraints()).isEqualTo(new PowerLimitConstraints(200_000, 700_000));
        assertThat(gpu.clockInfo(ClockType.SM)).isEqualTo(1755);
        assertThat(gpu.clockInfo(ClockType.MEM)).isEqualTo(2619);
        assertThat(gpu.maxClockInfo(ClockType.VIDEO)).isEqualTo(1545);
        assertThat(gpu.applicationsClock(ClockType.GRAPHICS)).isEqualTo(1980);
        assertThat(gpu.currentClocksEventReasons()).isZero();
        assertThat(gpu.supportedClocksEventReasons()).isEqualTo(0x1ff);
        assertThat(gpu.violationStatus(PerfPolicy.THERMAL).violationNanos()).isZero();
        assertThat(gpu.performanceState()).hasValue(0);
    }

    @Test
    void memoryHealthIsRead() throws Exception {
        assertThat(gpu.eccMode()).isEqualTo(new EccMode(true, true));
        assertThat(gpu.defaultEccMode()).isTrue();
        assertThat(gpu.totalEccErrors(MemoryErrorType.UNCORRECTED, EccCounterType.AGGREGATE))
                .isZero();
        assertThat(gpu.memoryErrorCounter(MemoryErrorType.CORRECTED, EccCounterType.VOLATILE, MemoryLocation.DRAM))
                .isZero();
        assertThat(gpu.sramEccErrorStatus().thresholdExceeded()).isFalse();
        assertThat(gpu.remappedRows()).isEqualTo(new RemappedRows(0, 0, false, false));
        assertThat(gpu.rowRemapperHistogram()).isEqualTo(new RowRemapperHistogram(2560, 0, 0, 0, 0));
    }

    @Test
    void linksAreRead() throws Exception {
        assertThat(gpu.currPcieLinkGeneration()).isEqualTo(5);
        assertThat(gpu.maxPcieLinkGeneration()).isEqualTo(5);
        assertThat(gpu.gpuMaxPcieLinkGeneration()).isEqualTo(5);
        assertThat(gpu.currPcieLinkWidth()).isEqualTo(16);
        assertThat(gpu.maxPcieLinkWidth()).isEqualTo(16);
        assertThat(gpu.pcieReplayCounter()).isZero();
        assertThat(gpu.pcieThroughput(PcieCounter.TX_BYTES)).isBetween(120_000, 900_000);
        assertThat(gpu.pcieSpeed()).isEqualTo(32000);
        assertThat(gpu.nvLinkState(17)).isTrue();
        assertThat(gpu.nvLinkVersion(0)).isEqualTo(6);
        assertThat(gpu.nvLinkCapability(0, NvLinkCapability.VALID)).isTrue();
        assertThat(gpu.nvLinkErrorCounter(0, NvLinkErrorCounter.DL_REPLAY)).isZero();
        assertThat(gpu.nvLinkRemotePciInfo(0).busId()).isEqualTo("0000:84:00.0");
        assertThat(NvmlNames.nvLinkDeviceType(gpu.nvLinkRemoteDeviceType(0))).isEqualTo("NVSwitch");
    }

    @Test
    void topologyIsRead() throws Exception {
        assertThat(gpu.cpuAffinity().stream().boxed()).hasSize(48).contains(0, 47);
        assertThat(gpu.memoryAffinity().stream()).containsExactly(0);
        NvmlDevice far = nvml.device(7);
        assertThat(gpu.topologyCommonAncestor(far)).isEqualTo(TopologyLevel.SYSTEM.code());
        assertThat(gpu.p2pStatus(far, P2pCapability.NVLINK)).isZero();
        assertThat(nvml.topologyGpuSet(0)).extracting(NvmlDevice::index).containsExactly(0, 1, 2, 3);
    }

    @Test
    void modesAndFirmwareAreRead() throws Exception {
        assertThat(gpu.persistenceMode()).isTrue();
        assertThat(NvmlNames.computeMode(gpu.computeMode())).isEqualTo("Default");
        assertThat(gpu.displayMode()).isTrue();
        assertThat(gpu.displayActive()).isFalse();
        assertThat(gpu.gspFirmwareVersion()).isEqualTo("580.105.08");
        assertThat(gpu.gspFirmwareMode().enabled()).isTrue();
        assertThat(gpu.virtualizationMode()).isZero();
        assertThat(gpu.vgpuLicense()).isEmpty();
        assertThat(gpu.migMode()).isEqualTo(new MigMode(false, false));
        assertThat(gpu.accountingMode()).isFalse();
        assertThat(gpu.addressingMode()).isZero();
        GpuFabricInfo fabric = gpu.gpuFabricInfo();
        assertThat(NvmlNames.fabricState(fabric.state())).isEqualTo("Completed");
        assertThat(fabric.status()).isEqualTo(NvmlReturn.SUCCESS);
        assertThat(fabric.healthMask()).hasValue(2);
    }

    @Test
    void processesAreRead() throws Exception {
        assertThat(gpu.computeProcesses())
                .containsExactly(
                        new ProcessInfo(41021, OptionalLong.of(58L << 30), OptionalInt.empty(), OptionalInt.empty()));
        assertThat(gpu.graphicsProcesses()).isEmpty();
        assertThat(gpu.mpsProcesses()).isEmpty();
        assertThat(gpu.runningProcessDetailList(ProcessMode.COMPUTE))
                .extracting(ProcessDetail::pid)
                .containsExactly(41021);
        assertThat(gpu.processUtilization(0)).first().satisfies(one -> {
            assertThat(one.pid()).isEqualTo(41021);
            assertThat(one.sm()).isBetween(50, 80);
        });
    }

    @Test
    void fieldValuesComeWithTheirOwnReturnCodes() throws Exception {
        FieldValues batch = FieldValues.of(
                FieldId.NVLINK_LINK_COUNT, FieldId.POWER_INSTANT, FieldId.TEMPERATURE_SHUTDOWN_TLIMIT, 9999);
        gpu.fieldValues(batch);

        assertThat(batch.value(0).asLong()).isEqualTo(18);
        assertThat(batch.value(1).asLong()).isBetween(420_000L, 560_000L);
        assertThat(batch.value(2).asLong()).isEqualTo(-8);
        assertThat(batch.result(2)).isEqualTo(NvmlReturn.SUCCESS);
        assertThat(batch.result(3)).isNotEqualTo(NvmlReturn.SUCCESS);
        assertThat(gpu.fieldValues(FieldId.NVLINK_LINK_COUNT).getFirst().fieldId())
                .isEqualTo(FieldId.NVLINK_LINK_COUNT);
    }

    @Test
    void thePerformanceMonitorIsReadBetweenTwoSamples() throws Exception {
        int graphicsUtilization = 1;
        int smUtilization = 2;
        assertThat(gpu.gpmSupported()).isTrue();
        try (GpmSample before = nvml.gpmSample();
                GpmSample after = nvml.gpmSample()) {
            gpu.gpmSampleGet(before);
            SimulatedDriver.setTime(nvml, 10);
            gpu.gpmSampleGet(after);
            List<GpmMetric> metrics = before.metricsUntil(after, graphicsUtilization, smUtilization);

            assertThat(metrics).extracting(GpmMetric::metricId).containsExactly(1, 2);
            assertThat(metrics.getFirst().result()).isEqualTo(NvmlReturn.SUCCESS);
            assertThat(metrics.getFirst().value()).isBetween(55.0, 85.0);
            assertThat(metrics.getFirst().name()).isNotEmpty();
        }
    }

    @Test
    void aBatchOfThreadsReadsEachItsOwnDevice() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<String>> readers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                NvmlDevice mine = nvml.device(i);
                readers.add(() -> {
                    String uuid = mine.uuid();
                    for (int round = 0; round < 500; round++) {
                        assertThat(mine.pciInfo().busId())
                                .isEqualTo(mine.pciInfo().busId());
                        assertThat(mine.uuid()).isEqualTo(uuid);
                        assertThat(mine.computeProcesses()).hasSize(1);
                    }
                    return uuid;
                });
            }
            List<String> uuids = new ArrayList<>();
            for (Future<String> reader : threads.invokeAll(readers)) {
                uuids.add(reader.get());
            }
            assertThat(uuids)
                    .doesNotHaveDuplicates()
                    .first()
                    .isEqualTo(nvml.device(0).uuid());
        }
    }

    @Test
    void theSimulatorIsNotTakenForALibraryWithoutVersion() {
        assertThat(SimulatedDriver.isSimulated(nvml)).isTrue();
        assertThat(NvmlLibrary.search(Optional.of(Path.of(nvml.path())), List.of()))
                .isInstanceOf(NvmlLibrary.Found.class);
    }
}
