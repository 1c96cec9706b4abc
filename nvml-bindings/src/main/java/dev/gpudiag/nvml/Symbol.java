package dev.gpudiag.nvml;

import java.util.List;
import java.util.stream.Stream;

/**
 * The symbol manifest: each C function that is called, under its newest name, with older names of the same signature,
 * newest first; {@code true} marks the required ones.
 *
 * <p>Each is bound by itself and never by driver version. A missing one makes its calls fail with
 * {@link NvmlReturn#FUNCTION_NOT_FOUND}; without a required one the library cannot be used at all.
 */
enum Symbol {
    // Library
    nvmlInit_v2(true),
    nvmlShutdown(true),
    nvmlSystemGetDriverVersion,
    nvmlSystemGetNVMLVersion,
    nvmlSystemGetCudaDriverVersion_v2("nvmlSystemGetCudaDriverVersion"),
    nvmlSystemGetProcessName,
    nvmlSystemGetDriverBranch,
    nvmlSystemGetTopologyGpuSet,
    nvmlGetExcludedDeviceCount("nvmlGetBlacklistDeviceCount"),
    nvmlGetExcludedDeviceInfoByIndex("nvmlGetBlacklistDeviceInfoByIndex"),

    // Enumerate/identity
    nvmlDeviceGetCount_v2(true, "nvmlDeviceGetCount"),
    nvmlDeviceGetHandleByIndex_v2(true, "nvmlDeviceGetHandleByIndex"),
    nvmlDeviceGetHandleByUUID,
    nvmlDeviceGetHandleByPciBusId_v2("nvmlDeviceGetHandleByPciBusId"),
    nvmlDeviceGetName,
    nvmlDeviceGetUUID,
    nvmlDeviceGetUnrepairableMemoryFlag_v1,
    nvmlDeviceGetSerial,
    nvmlDeviceGetPciInfo_v3,
    nvmlDeviceGetPciInfoExt,
    nvmlDeviceGetMinorNumber,
    nvmlDeviceGetIndex,
    nvmlDeviceGetBrand,
    nvmlDeviceGetArchitecture,
    nvmlDeviceGetCudaComputeCapability,
    nvmlDeviceGetBoardPartNumber,
    nvmlDeviceGetVbiosVersion,
    nvmlDeviceGetInforomImageVersion,
    nvmlDeviceValidateInforom,
    nvmlDeviceGetMultiGpuBoard,
    nvmlDeviceGetBoardId,
    nvmlDeviceGetModuleId,
    nvmlDeviceGetPlatformInfo,

    // Memory/util
    nvmlDeviceGetMemoryInfo_v2,
    nvmlDeviceGetMemoryInfo,
    nvmlDeviceGetBAR1MemoryInfo,
    nvmlDeviceGetUtilizationRates,
    nvmlDeviceGetEncoderUtilization,
    nvmlDeviceGetDecoderUtilization,
    nvmlDeviceGetJpgUtilization,
    nvmlDeviceGetOfaUtilization,
    nvmlDeviceGetSamples,

    // Thermal/fan
    nvmlDeviceGetTemperature,
    nvmlDeviceGetTemperatureV,
    nvmlDeviceGetTemperatureThreshold,
    nvmlDeviceGetMarginTemperature,
    nvmlDeviceGetThermalSettings,
    nvmlDeviceGetFanSpeed,
    nvmlDeviceGetNumFans,
    nvmlDeviceGetFanSpeed_v2,
    nvmlDeviceGetFanSpeedRPM,

    // Power/clocks
    nvmlDeviceGetPowerUsage,
    nvmlDeviceGetTotalEnergyConsumption,
    nvmlDeviceGetEnforcedPowerLimit,
    nvmlDeviceGetPowerManagementLimit,
    nvmlDeviceGetPowerManagementDefaultLimit,
    nvmlDeviceGetPowerManagementLimitConstraints,
    nvmlDeviceGetClockInfo,
    nvmlDeviceGetMaxClockInfo,
    nvmlDeviceGetApplicationsClock,
    nvmlDeviceGetCurrentClocksEventReasons("nvmlDeviceGetCurrentClocksThrottleReasons"),
    nvmlDeviceGetSupportedClocksEventReasons("nvmlDeviceGetSupportedClocksThrottleReasons"),
    nvmlDeviceGetViolationStatus,
    nvmlDeviceGetPerformanceState,

    // Memory health
    nvmlDeviceGetEccMode,
    nvmlDeviceGetDefaultEccMode,
    nvmlDeviceGetTotalEccErrors,
    nvmlDeviceGetDetailedEccErrors,
    nvmlDeviceGetMemoryErrorCounter,
    nvmlDeviceGetSramEccErrorStatus,
    nvmlDeviceGetSramUniqueUncorrectedEccErrorCounts,
    nvmlDeviceGetRetiredPages_v2,
    nvmlDeviceGetRetiredPagesPendingStatus,
    nvmlDeviceGetRemappedRows,
    nvmlDeviceGetRowRemapperHistogram,
    nvmlDeviceGetRepairStatus,
    nvmlDeviceGetLastBBXFlushTime,

    // PCIe/NVLink/topology
    nvmlDeviceGetCurrPcieLinkGeneration,
    nvmlDeviceGetMaxPcieLinkGeneration,
    nvmlDeviceGetGpuMaxPcieLinkGeneration,
    nvmlDeviceGetCurrPcieLinkWidth,
    nvmlDeviceGetMaxPcieLinkWidth,
    nvmlDeviceGetPcieReplayCounter,
    nvmlDeviceGetPcieThroughput,
    nvmlDeviceGetPcieSpeed,
    nvmlDeviceGetNvLinkState,
    nvmlDeviceGetNvLinkVersion,
    nvmlDeviceGetNvLinkCapability,
    nvmlDeviceGetNvLinkErrorCounter,
    nvmlDeviceGetNvLinkRemotePciInfo_v2,
    nvmlDeviceGetNvLinkRemoteDeviceType,
    nvmlDeviceGetFieldValues,
    nvmlDeviceGetTopologyCommonAncestor,
    nvmlDeviceGetTopologyNearestGpus,
    nvmlDeviceGetP2PStatus,
    nvmlDeviceGetMemoryAffinity,
    nvmlDeviceGetCpuAffinity,

    // Processes
    nvmlDeviceGetComputeRunningProcesses_v3(
            "nvmlDeviceGetComputeRunningProcesses_v2", "nvmlDeviceGetComputeRunningProcesses"),
    nvmlDeviceGetGraphicsRunningProcesses_v3(
            "nvmlDeviceGetGraphicsRunningProcesses_v2", "nvmlDeviceGetGraphicsRunningProcesses"),
    nvmlDeviceGetMPSComputeRunningProcesses_v3(
            "nvmlDeviceGetMPSComputeRunningProcesses_v2", "nvmlDeviceGetMPSComputeRunningProcesses"),
    nvmlDeviceGetRunningProcessDetailList,
    nvmlDeviceGetProcessUtilization,
    nvmlDeviceGetProcessesUtilizationInfo,
    nvmlDeviceGetAccountingMode,
    nvmlDeviceGetAccountingPids,
    nvmlDeviceGetAccountingStats,

    // MIG
    nvmlDeviceGetMigMode,
    nvmlDeviceGetMaxMigDeviceCount,
    nvmlDeviceGetMigDeviceHandleByIndex,
    nvmlDeviceGetDeviceHandleFromMigDeviceHandle,
    nvmlDeviceIsMigDeviceHandle,
    nvmlDeviceGetGpuInstanceId,
    nvmlDeviceGetComputeInstanceId,
    nvmlDeviceGetAttributes_v2,
    nvmlDeviceGetGpuInstances,
    nvmlDeviceGetGpuInstanceProfileInfo,
    nvmlDeviceGetGpuInstanceProfileInfoV,
    nvmlDeviceGetGpuInstancePossiblePlacements_v2,
    nvmlGpuInstanceGetInfo,
    nvmlComputeInstanceGetInfo_v2,
    nvmlGpuInstanceGetComputeInstances,

    // Modes/platform
    nvmlDeviceGetPersistenceMode,
    nvmlDeviceGetComputeMode,
    nvmlDeviceGetDisplayMode,
    nvmlDeviceGetDisplayActive,
    nvmlDeviceGetGspFirmwareVersion,
    nvmlDeviceGetGspFirmwareMode,
    nvmlDeviceGetVirtualizationMode,
    nvmlDeviceGetGridLicensableFeatures_v4,
    nvmlSystemGetConfComputeState,
    nvmlDeviceGetGpuFabricInfo,
    nvmlDeviceGetGpuFabricInfoV,
    nvmlDeviceGetAddressingMode,

    // Events/GPM
    nvmlEventSetCreate,
    nvmlDeviceGetSupportedEventTypes,
    nvmlDeviceRegisterEvents,
    nvmlEventSetWait_v2,
    nvmlEventSetFree,
    nvmlSystemEventSetCreate,
    nvmlGpmQueryDeviceSupport,
    nvmlGpmSampleAlloc,
    nvmlGpmSampleGet,
    nvmlGpmMigSampleGet,
    nvmlGpmMetricsGet,
    nvmlGpmSampleFree,
    nvmlSystemRegisterEvents,
    nvmlSystemEventSetWait,
    nvmlSystemEventSetFree;

    private final boolean required;

    @SuppressWarnings("ImmutableEnumChecker") // toList gives an immutable one
    private final List<String> names;

    Symbol(String... olderNames) {
        this(false, olderNames);
    }

    Symbol(boolean required, String... olderNames) {
        this.required = required;
        this.names = Stream.concat(Stream.of(name()), Stream.of(olderNames)).toList();
    }

    boolean required() {
        return required;
    }

    /** The names to look for, newest first. */
    List<String> names() {
        return names;
    }
}
