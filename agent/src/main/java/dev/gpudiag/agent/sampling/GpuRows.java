package dev.gpudiag.agent.sampling;

import static dev.gpudiag.agent.sampling.GpuRow.call;
import static dev.gpudiag.agent.sampling.GpuRow.one;
import static dev.gpudiag.agent.sampling.GpuRow.out;

import dev.gpudiag.nvml.Bar1MemoryInfo;
import dev.gpudiag.nvml.ClockType;
import dev.gpudiag.nvml.EccCounterType;
import dev.gpudiag.nvml.EccMode;
import dev.gpudiag.nvml.GpuFabricInfo;
import dev.gpudiag.nvml.MemoryErrorType;
import dev.gpudiag.nvml.MemoryInfo;
import dev.gpudiag.nvml.MemoryLocation;
import dev.gpudiag.nvml.MigMode;
import dev.gpudiag.nvml.NvmlDevice;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.nvml.NvmlReturn;
import dev.gpudiag.nvml.PageRetirementCause;
import dev.gpudiag.nvml.PciInfo;
import dev.gpudiag.nvml.PcieCounter;
import dev.gpudiag.nvml.PerfPolicy;
import dev.gpudiag.nvml.PlatformInfo;
import dev.gpudiag.nvml.PowerLimitConstraints;
import dev.gpudiag.nvml.RemappedRows;
import dev.gpudiag.nvml.RepairStatus;
import dev.gpudiag.nvml.RetiredPage;
import dev.gpudiag.nvml.RowRemapperHistogram;
import dev.gpudiag.nvml.SramEccErrorStatus;
import dev.gpudiag.nvml.TemperatureThreshold;
import dev.gpudiag.nvml.UtilizationRates;
import dev.gpudiag.nvml.VgpuLicense;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Quantity;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Which NVML call gives which quantity of a GPU; a new quantity is one row here. */
final class GpuRows {

    private static final long MEGA = 1_000_000L;
    private static final double KIBI = 1024;

    /** What changes within a second, read at every sample. */
    static final List<GpuRow> FAST = List.of(
            call(
                    "nvmlDeviceGetMemoryInfo",
                    NvmlDevice::memoryInfo,
                    out(GpuQuantities.MEMORY_TOTAL, MemoryInfo::total),
                    out(GpuQuantities.MEMORY_USED, MemoryInfo::used),
                    out(GpuQuantities.MEMORY_FREE, MemoryInfo::free),
                    out(GpuQuantities.MEMORY_RESERVED, memory -> GpuRow.orNull(memory.reserved()))),
            call(
                    "nvmlDeviceGetUtilizationRates",
                    NvmlDevice::utilizationRates,
                    out(GpuQuantities.UTILIZATION_GPU, (UtilizationRates rates) -> rates.gpu() / 100.0),
                    out(GpuQuantities.UTILIZATION_MEMORY, rates -> rates.memory() / 100.0)),
            one(
                    "nvmlDeviceGetEncoderUtilization",
                    GpuQuantities.UTILIZATION_ENCODER,
                    device -> device.encoderUtilization().percent() / 100.0),
            one(
                    "nvmlDeviceGetDecoderUtilization",
                    GpuQuantities.UTILIZATION_DECODER,
                    device -> device.decoderUtilization().percent() / 100.0),
            one(
                    "nvmlDeviceGetJpgUtilization",
                    GpuQuantities.UTILIZATION_JPEG,
                    device -> device.jpegUtilization().percent() / 100.0),
            one(
                    "nvmlDeviceGetOfaUtilization",
                    GpuQuantities.UTILIZATION_OFA,
                    device -> device.ofaUtilization().percent() / 100.0),
            one("nvmlDeviceGetTemperature", GpuQuantities.TEMPERATURE_GPU, device -> (double) device.temperature()),
            one("nvmlDeviceGetMarginTemperature", GpuQuantities.TEMPERATURE_MARGIN, device ->
                    (double) device.marginTemperature()),
            one("nvmlDeviceGetPowerUsage", GpuQuantities.POWER_USAGE, device -> device.powerUsage() / 1000.0),
            one(
                    "nvmlDeviceGetTotalEnergyConsumption",
                    GpuQuantities.ENERGY,
                    device -> device.totalEnergyConsumption() / 1000.0),
            clock(GpuQuantities.CLOCK_GRAPHICS, ClockType.GRAPHICS),
            clock(GpuQuantities.CLOCK_SM, ClockType.SM),
            clock(GpuQuantities.CLOCK_MEMORY, ClockType.MEM),
            clock(GpuQuantities.CLOCK_VIDEO, ClockType.VIDEO),
            one(
                    "nvmlDeviceGetCurrentClocksEventReasons",
                    GpuQuantities.CLOCK_EVENT_REASONS,
                    device -> device.currentClocksEventReasons()),
            call(
                    "nvmlDeviceGetPerformanceState",
                    NvmlDevice::performanceState,
                    out(GpuQuantities.PERFORMANCE_STATE, NvmlNames::unsigned)),
            one("nvmlDeviceGetCurrPcieLinkGeneration", GpuQuantities.PCIE_GENERATION, device ->
                    (long) device.currPcieLinkGeneration()),
            one("nvmlDeviceGetCurrPcieLinkWidth", GpuQuantities.PCIE_WIDTH, device ->
                    (long) device.currPcieLinkWidth()),
            ecc(GpuQuantities.ECC_VOLATILE_CORRECTED, MemoryErrorType.CORRECTED, EccCounterType.VOLATILE),
            ecc(GpuQuantities.ECC_VOLATILE_UNCORRECTED, MemoryErrorType.UNCORRECTED, EccCounterType.VOLATILE));

    /** What changes seldom, read every tenth second or so. */
    static final List<GpuRow> SLOW = List.of(
            call(
                    "nvmlDeviceGetPciInfo_v3",
                    NvmlDevice::pciInfo,
                    out(GpuQuantities.PCI_DEVICE_ID, (PciInfo pci) -> Integer.toUnsignedLong(pci.deviceId())),
                    out(GpuQuantities.PCI_SUBSYSTEM_ID, pci -> Integer.toUnsignedLong(pci.subSystemId()))),
            one("nvmlDeviceGetBrand", GpuQuantities.BRAND, device -> NvmlNames.brand(device.brand())),
            one(
                    "nvmlDeviceGetArchitecture",
                    GpuQuantities.ARCHITECTURE,
                    device -> NvmlNames.architecture(device.architecture())),
            one(
                    "nvmlDeviceGetCudaComputeCapability",
                    GpuQuantities.COMPUTE_CAPABILITY,
                    device -> device.cudaComputeCapability().toString()),
            one("nvmlDeviceGetSerial", GpuQuantities.SERIAL, NvmlDevice::serial),
            one("nvmlDeviceGetBoardPartNumber", GpuQuantities.BOARD_PART_NUMBER, NvmlDevice::boardPartNumber),
            one("nvmlDeviceGetVbiosVersion", GpuQuantities.VBIOS_VERSION, NvmlDevice::vbiosVersion),
            one(
                    "nvmlDeviceGetInforomImageVersion",
                    GpuQuantities.INFOROM_IMAGE_VERSION,
                    NvmlDevice::inforomImageVersion),
            one("nvmlDeviceGetMinorNumber", GpuQuantities.MINOR_NUMBER, device -> (long) device.minorNumber()),
            one("nvmlDeviceGetBoardId", GpuQuantities.BOARD_ID, device -> Integer.toUnsignedLong(device.boardId())),
            one("nvmlDeviceGetMultiGpuBoard", GpuQuantities.MULTI_GPU_BOARD, device -> device.multiGpuBoard()),
            one("nvmlDeviceGetModuleId", GpuQuantities.MODULE_ID, device -> (long) device.moduleId()),
            call(
                    "nvmlDeviceGetPlatformInfo",
                    NvmlDevice::platformInfo,
                    out(GpuQuantities.CHASSIS_SERIAL, PlatformInfo::chassisSerialNumber),
                    out(GpuQuantities.CHASSIS_SLOT, platform -> (long) platform.slotNumber())),
            call(
                    "nvmlDeviceGetBAR1MemoryInfo",
                    NvmlDevice::bar1MemoryInfo,
                    out(GpuQuantities.BAR1_TOTAL, Bar1MemoryInfo::total),
                    out(GpuQuantities.BAR1_USED, Bar1MemoryInfo::used),
                    out(GpuQuantities.BAR1_FREE, Bar1MemoryInfo::free)),
            threshold(GpuQuantities.THRESHOLD_SHUTDOWN, TemperatureThreshold.SHUTDOWN),
            threshold(GpuQuantities.THRESHOLD_SLOWDOWN, TemperatureThreshold.SLOWDOWN),
            threshold(GpuQuantities.THRESHOLD_GPU_MAX, TemperatureThreshold.GPU_MAX),
            threshold(GpuQuantities.THRESHOLD_MEMORY_MAX, TemperatureThreshold.MEM_MAX),
            one("nvmlDeviceGetNumFans", GpuQuantities.FAN_COUNT, device -> (long) device.fanCount()),
            one("nvmlDeviceGetFanSpeed", GpuQuantities.FAN_SPEED, device -> device.fanSpeed() / 100.0),
            one(
                    "nvmlDeviceGetEnforcedPowerLimit",
                    GpuQuantities.POWER_LIMIT_ENFORCED,
                    device -> device.enforcedPowerLimit() / 1000.0),
            one(
                    "nvmlDeviceGetPowerManagementLimit",
                    GpuQuantities.POWER_LIMIT_SET,
                    device -> device.powerManagementLimit() / 1000.0),
            one(
                    "nvmlDeviceGetPowerManagementDefaultLimit",
                    GpuQuantities.POWER_LIMIT_DEFAULT,
                    device -> device.powerManagementDefaultLimit() / 1000.0),
            call(
                    "nvmlDeviceGetPowerManagementLimitConstraints",
                    NvmlDevice::powerManagementLimitConstraints,
                    out(
                            GpuQuantities.POWER_LIMIT_MIN,
                            (PowerLimitConstraints limits) -> limits.minMilliwatts() / 1000.0),
                    out(GpuQuantities.POWER_LIMIT_MAX, limits -> limits.maxMilliwatts() / 1000.0)),
            maxClock(GpuQuantities.CLOCK_MAX_GRAPHICS, ClockType.GRAPHICS),
            maxClock(GpuQuantities.CLOCK_MAX_SM, ClockType.SM),
            maxClock(GpuQuantities.CLOCK_MAX_MEMORY, ClockType.MEM),
            maxClock(GpuQuantities.CLOCK_MAX_VIDEO, ClockType.VIDEO),
            one(
                    "nvmlDeviceGetSupportedClocksEventReasons",
                    GpuQuantities.CLOCK_EVENT_REASONS_SUPPORTED,
                    device -> device.supportedClocksEventReasons()),
            violation(GpuQuantities.VIOLATION_POWER, PerfPolicy.POWER),
            violation(GpuQuantities.VIOLATION_THERMAL, PerfPolicy.THERMAL),
            violation(GpuQuantities.VIOLATION_SYNC_BOOST, PerfPolicy.SYNC_BOOST),
            violation(GpuQuantities.VIOLATION_BOARD_LIMIT, PerfPolicy.BOARD_LIMIT),
            violation(GpuQuantities.VIOLATION_LOW_UTILIZATION, PerfPolicy.LOW_UTILIZATION),
            violation(GpuQuantities.VIOLATION_RELIABILITY, PerfPolicy.RELIABILITY),
            call(
                    "nvmlDeviceGetEccMode",
                    NvmlDevice::eccMode,
                    out(GpuQuantities.ECC_MODE, EccMode::current),
                    out(GpuQuantities.ECC_MODE_PENDING, EccMode::pending)),
            one("nvmlDeviceGetDefaultEccMode", GpuQuantities.ECC_MODE_DEFAULT, device -> device.defaultEccMode()),
            ecc(GpuQuantities.ECC_AGGREGATE_CORRECTED, MemoryErrorType.CORRECTED, EccCounterType.AGGREGATE),
            ecc(GpuQuantities.ECC_AGGREGATE_UNCORRECTED, MemoryErrorType.UNCORRECTED, EccCounterType.AGGREGATE),
            eccAt(
                    GpuQuantities.ECC_VOLATILE_SRAM_CORRECTED,
                    MemoryErrorType.CORRECTED,
                    EccCounterType.VOLATILE,
                    MemoryLocation.SRAM),
            eccAt(
                    GpuQuantities.ECC_VOLATILE_SRAM_UNCORRECTED,
                    MemoryErrorType.UNCORRECTED,
                    EccCounterType.VOLATILE,
                    MemoryLocation.SRAM),
            eccAt(
                    GpuQuantities.ECC_VOLATILE_DRAM_CORRECTED,
                    MemoryErrorType.CORRECTED,
                    EccCounterType.VOLATILE,
                    MemoryLocation.DRAM),
            eccAt(
                    GpuQuantities.ECC_VOLATILE_DRAM_UNCORRECTED,
                    MemoryErrorType.UNCORRECTED,
                    EccCounterType.VOLATILE,
                    MemoryLocation.DRAM),
            eccAt(
                    GpuQuantities.ECC_AGGREGATE_SRAM_CORRECTED,
                    MemoryErrorType.CORRECTED,
                    EccCounterType.AGGREGATE,
                    MemoryLocation.SRAM),
            eccAt(
                    GpuQuantities.ECC_AGGREGATE_SRAM_UNCORRECTED,
                    MemoryErrorType.UNCORRECTED,
                    EccCounterType.AGGREGATE,
                    MemoryLocation.SRAM),
            eccAt(
                    GpuQuantities.ECC_AGGREGATE_DRAM_CORRECTED,
                    MemoryErrorType.CORRECTED,
                    EccCounterType.AGGREGATE,
                    MemoryLocation.DRAM),
            eccAt(
                    GpuQuantities.ECC_AGGREGATE_DRAM_UNCORRECTED,
                    MemoryErrorType.UNCORRECTED,
                    EccCounterType.AGGREGATE,
                    MemoryLocation.DRAM),
            call(
                    "nvmlDeviceGetSramEccErrorStatus",
                    NvmlDevice::sramEccErrorStatus,
                    out(GpuQuantities.SRAM_THRESHOLD_EXCEEDED, SramEccErrorStatus::thresholdExceeded),
                    out(GpuQuantities.ECC_SRAM_L2, SramEccErrorStatus::aggregateUncorrectedL2),
                    out(GpuQuantities.ECC_SRAM_SM, SramEccErrorStatus::aggregateUncorrectedSm),
                    out(GpuQuantities.ECC_SRAM_PCIE, SramEccErrorStatus::aggregateUncorrectedPcie),
                    out(GpuQuantities.ECC_SRAM_MCU, SramEccErrorStatus::aggregateUncorrectedMicrocontroller),
                    out(GpuQuantities.ECC_SRAM_OTHER, SramEccErrorStatus::aggregateUncorrectedOther)),
            one(
                    "nvmlDeviceGetRetiredPages_v2",
                    GpuQuantities.RETIRED_PAGES_SINGLE_BIT,
                    device -> (long) device.retiredPages(PageRetirementCause.MULTIPLE_SINGLE_BIT_ECC_ERRORS)
                            .size()),
            call(
                    "nvmlDeviceGetRetiredPages_v2",
                    device -> device.retiredPages(PageRetirementCause.DOUBLE_BIT_ECC_ERROR),
                    out(GpuQuantities.RETIRED_PAGES_DOUBLE_BIT, (List<RetiredPage> pages) -> (long) pages.size()),
                    out(GpuQuantities.RETIRED_PAGES_DOUBLE_BIT_WEEK, RetirementTimes::withinLastWeek)),
            one(
                    "nvmlDeviceGetRetiredPagesPendingStatus",
                    GpuQuantities.RETIRED_PAGES_PENDING,
                    device -> device.retiredPagesPending()),
            call(
                    "nvmlDeviceGetRemappedRows",
                    NvmlDevice::remappedRows,
                    out(GpuQuantities.REMAPPED_ROWS_CORRECTABLE, (RemappedRows rows) -> (long) rows.corrected()),
                    out(GpuQuantities.REMAPPED_ROWS_UNCORRECTABLE, rows -> (long) rows.uncorrected()),
                    out(GpuQuantities.REMAPPED_ROWS_PENDING, RemappedRows::pending),
                    out(GpuQuantities.REMAPPED_ROWS_FAILURE, RemappedRows::failureOccurred)),
            call(
                    "nvmlDeviceGetRowRemapperHistogram",
                    NvmlDevice::rowRemapperHistogram,
                    out(GpuQuantities.REMAP_BANKS_MAX, (RowRemapperHistogram banks) -> (long) banks.max()),
                    out(GpuQuantities.REMAP_BANKS_HIGH, banks -> (long) banks.high()),
                    out(GpuQuantities.REMAP_BANKS_PARTIAL, banks -> (long) banks.partial()),
                    out(GpuQuantities.REMAP_BANKS_LOW, banks -> (long) banks.low()),
                    out(GpuQuantities.REMAP_BANKS_NONE, banks -> (long) banks.none())),
            call(
                    "nvmlDeviceGetRepairStatus",
                    NvmlDevice::repairStatus,
                    out(GpuQuantities.CHANNEL_REPAIR_PENDING, RepairStatus::channelRepairPending),
                    out(GpuQuantities.TPC_REPAIR_PENDING, RepairStatus::tpcRepairPending)),
            one(
                    "nvmlDeviceGetUnrepairableMemoryFlag_v1",
                    GpuQuantities.UNREPAIRABLE_MEMORY,
                    device -> device.unrepairableMemory()),
            one("nvmlDeviceGetMaxPcieLinkGeneration", GpuQuantities.PCIE_GENERATION_MAX, device ->
                    (long) device.maxPcieLinkGeneration()),
            one("nvmlDeviceGetGpuMaxPcieLinkGeneration", GpuQuantities.PCIE_GENERATION_GPU_MAX, device ->
                    (long) device.gpuMaxPcieLinkGeneration()),
            one("nvmlDeviceGetMaxPcieLinkWidth", GpuQuantities.PCIE_WIDTH_MAX, device ->
                    (long) device.maxPcieLinkWidth()),
            one(
                    "nvmlDeviceGetPcieReplayCounter",
                    GpuQuantities.PCIE_REPLAYS,
                    device -> Integer.toUnsignedLong(device.pcieReplayCounter())),
            throughput(GpuQuantities.PCIE_TRANSMIT, PcieCounter.TX_BYTES),
            throughput(GpuQuantities.PCIE_RECEIVE, PcieCounter.RX_BYTES),
            call(
                    "nvmlDeviceGetGpuFabricInfo",
                    NvmlDevice::gpuFabricInfo,
                    out(GpuQuantities.FABRIC_STATE, (GpuFabricInfo fabric) -> NvmlNames.fabricState(fabric.state())),
                    out(GpuQuantities.FABRIC_STATUS, fabric ->
                            (long) fabric.status().code()),
                    out(GpuQuantities.FABRIC_HEALTH_MASK, fabric -> NvmlNames.unsigned(fabric.healthMask())),
                    out(GpuQuantities.FABRIC_HEALTH, fabric -> NvmlNames.fabricHealth(fabric.healthSummary())),
                    out(GpuQuantities.FABRIC_CLIQUE, fabric -> Integer.toUnsignedLong(fabric.cliqueId())),
                    out(GpuQuantities.FABRIC_CLUSTER, GpuFabricInfo::clusterUuid)),
            one("nvmlDeviceGetPersistenceMode", GpuQuantities.PERSISTENCE_MODE, device -> device.persistenceMode()),
            one(
                    "nvmlDeviceGetComputeMode",
                    GpuQuantities.COMPUTE_MODE,
                    device -> NvmlNames.computeMode(device.computeMode())),
            one("nvmlDeviceGetDisplayMode", GpuQuantities.DISPLAY_MODE, device -> device.displayMode()),
            one("nvmlDeviceGetDisplayActive", GpuQuantities.DISPLAY_ACTIVE, device -> device.displayActive()),
            one("nvmlDeviceGetAccountingMode", GpuQuantities.ACCOUNTING_MODE, device -> device.accountingMode()),
            one("nvmlDeviceGetGspFirmwareVersion", GpuQuantities.GSP_FIRMWARE_VERSION, NvmlDevice::gspFirmwareVersion),
            one(
                    "nvmlDeviceGetGspFirmwareMode",
                    GpuQuantities.GSP_FIRMWARE_MODE,
                    device -> device.gspFirmwareMode().enabled()),
            one(
                    "nvmlDeviceGetVirtualizationMode",
                    GpuQuantities.VIRTUALIZATION_MODE,
                    device -> NvmlNames.virtualizationMode(device.virtualizationMode())),
            call(
                    "nvmlDeviceGetGridLicensableFeatures",
                    NvmlDevice::vgpuLicense,
                    out(
                            GpuQuantities.VGPU_LICENSED,
                            (Optional<VgpuLicense> license) ->
                                    license.map(VgpuLicense::licensed).orElse(null)),
                    out(
                            GpuQuantities.VGPU_PRODUCT,
                            license -> license.map(VgpuLicense::product).orElse(null)),
                    out(
                            GpuQuantities.VGPU_LICENSE_EXPIRY,
                            license -> license.flatMap(VgpuLicense::expiry)
                                    .map(Instant::toString)
                                    .orElse(null))),
            one(
                    "nvmlDeviceGetAddressingMode",
                    GpuQuantities.ADDRESSING_MODE,
                    device -> NvmlNames.addressingMode(device.addressingMode())),
            call(
                    "nvmlDeviceGetMigMode",
                    NvmlDevice::migMode,
                    out(GpuQuantities.MIG_MODE, MigMode::current),
                    out(GpuQuantities.MIG_MODE_PENDING, MigMode::pending)));

    /** What hardly ever changes and takes the driver long: nvmlDeviceValidateInforom reads the whole InfoROM. */
    static final List<GpuRow> SELDOM =
            List.of(one("nvmlDeviceValidateInforom", GpuQuantities.INFOROM_VALID, GpuRows::inforomIsValid));

    /** What NVML answers of a MIG device by its own handle. */
    static final List<GpuRow> MIG = List.of(
            FAST.getFirst(),
            one("nvmlDeviceGetUUID", GpuQuantities.MIG_UUID, NvmlDevice::uuid),
            one("nvmlDeviceGetGpuInstanceId", GpuQuantities.GPU_INSTANCE, device -> (long) device.gpuInstanceId()),
            one("nvmlDeviceGetComputeInstanceId", GpuQuantities.COMPUTE_INSTANCE, device ->
                    (long) device.computeInstanceId()),
            one("nvmlDeviceGetName", GpuQuantities.MIG_PROFILE, device -> NvmlNames.migProfile(device.name())),
            one("nvmlDeviceGetAttributes_v2", GpuQuantities.MIG_MULTIPROCESSORS, device ->
                    (long) device.attributes().multiprocessorCount()),
            ecc(GpuQuantities.ECC_VOLATILE_CORRECTED, MemoryErrorType.CORRECTED, EccCounterType.VOLATILE),
            ecc(GpuQuantities.ECC_VOLATILE_UNCORRECTED, MemoryErrorType.UNCORRECTED, EccCounterType.VOLATILE));

    private GpuRows() {}

    private static boolean inforomIsValid(NvmlDevice device) throws NvmlException {
        try {
            device.validateInforom();
            return true;
        } catch (NvmlException e) {
            if (e.code().code() == NvmlReturn.CORRUPTED_INFOROM.code()) {
                return false;
            }
            throw e;
        }
    }

    private static GpuRow clock(Quantity<Long> quantity, ClockType type) {
        return one("nvmlDeviceGetClockInfo", quantity, device -> device.clockInfo(type) * MEGA);
    }

    private static GpuRow maxClock(Quantity<Long> quantity, ClockType type) {
        return one("nvmlDeviceGetMaxClockInfo", quantity, device -> device.maxClockInfo(type) * MEGA);
    }

    private static GpuRow threshold(Quantity<Double> quantity, TemperatureThreshold threshold) {
        return one("nvmlDeviceGetTemperatureThreshold", quantity, device ->
                (double) device.temperatureThreshold(threshold));
    }

    private static GpuRow violation(Quantity<Double> quantity, PerfPolicy policy) {
        return one(
                "nvmlDeviceGetViolationStatus",
                quantity,
                device -> device.violationStatus(policy).violationNanos() / 1e9);
    }

    private static GpuRow ecc(Quantity<Long> quantity, MemoryErrorType type, EccCounterType counter) {
        return one("nvmlDeviceGetTotalEccErrors", quantity, device -> device.totalEccErrors(type, counter));
    }

    private static GpuRow eccAt(
            Quantity<Long> quantity, MemoryErrorType type, EccCounterType counter, MemoryLocation location) {
        return one(
                "nvmlDeviceGetMemoryErrorCounter",
                quantity,
                device -> device.memoryErrorCounter(type, counter, location));
    }

    private static GpuRow throughput(Quantity<Double> quantity, PcieCounter counter) {
        return one("nvmlDeviceGetPcieThroughput", quantity, device -> device.pcieThroughput(counter) * KIBI);
    }
}
