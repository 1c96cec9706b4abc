package dev.gpudiag.nvml;

/**
 * The C functions of libnvidia-ml, direct-mapped: handles and pointers are {@code long}, unsigned int and enums {@code
 * int}; each returns an nvmlReturn_t.
 *
 * <p>Call one only after {@link Nvml#require} has said that the library exports it: a function that the library lacks is
 * bound to the address of nvmlShutdown. Parameter names are those of nvml.h.
 *
 * <p>Direct mapping was measured against {@code Function.invokeInt} with nvmlDeviceGetPowerUsage of the simulated driver,
 * which answers from memory: 140 ns and no allocation a call, against 505 ns and 48 bytes.
 */
final class Natives {

    // Library
    static native int nvmlInit_v2();

    static native int nvmlShutdown();

    static native int nvmlSystemGetDriverVersion(long version, int length);

    static native int nvmlSystemGetNVMLVersion(long version, int length);

    static native int nvmlSystemGetCudaDriverVersion_v2(long cudaDriverVersion);

    static native int nvmlSystemGetProcessName(int pid, long name, int length);

    static native int nvmlSystemGetDriverBranch(long branchInfo, int length);

    static native int nvmlSystemGetTopologyGpuSet(int cpuNumber, long count, long deviceArray);

    static native int nvmlGetExcludedDeviceCount(long deviceCount);

    static native int nvmlGetExcludedDeviceInfoByIndex(int index, long info);

    // Enumerate/identity
    static native int nvmlDeviceGetCount_v2(long deviceCount);

    static native int nvmlDeviceGetHandleByIndex_v2(int index, long device);

    static native int nvmlDeviceGetHandleByUUID(long uuid, long device);

    static native int nvmlDeviceGetHandleByPciBusId_v2(long pciBusId, long device);

    static native int nvmlDeviceGetName(long device, long name, int length);

    static native int nvmlDeviceGetUUID(long device, long uuid, int length);

    static native int nvmlDeviceGetUnrepairableMemoryFlag_v1(long device, long status);

    static native int nvmlDeviceGetSerial(long device, long serial, int length);

    static native int nvmlDeviceGetPciInfo_v3(long device, long pci);

    static native int nvmlDeviceGetPciInfoExt(long device, long pci);

    static native int nvmlDeviceGetMinorNumber(long device, long minorNumber);

    static native int nvmlDeviceGetIndex(long device, long index);

    static native int nvmlDeviceGetBrand(long device, long type);

    static native int nvmlDeviceGetArchitecture(long device, long arch);

    static native int nvmlDeviceGetCudaComputeCapability(long device, long major, long minor);

    static native int nvmlDeviceGetBoardPartNumber(long device, long partNumber, int length);

    static native int nvmlDeviceGetVbiosVersion(long device, long version, int length);

    static native int nvmlDeviceGetInforomImageVersion(long device, long version, int length);

    static native int nvmlDeviceValidateInforom(long device);

    static native int nvmlDeviceGetMultiGpuBoard(long device, long multiGpuBool);

    static native int nvmlDeviceGetBoardId(long device, long boardId);

    static native int nvmlDeviceGetModuleId(long device, long moduleId);

    static native int nvmlDeviceGetPlatformInfo(long device, long platformInfo);

    // Memory/util
    static native int nvmlDeviceGetMemoryInfo_v2(long device, long memory);

    static native int nvmlDeviceGetMemoryInfo(long device, long memory);

    static native int nvmlDeviceGetBAR1MemoryInfo(long device, long bar1Memory);

    static native int nvmlDeviceGetUtilizationRates(long device, long utilization);

    static native int nvmlDeviceGetEncoderUtilization(long device, long utilization, long samplingPeriodUs);

    static native int nvmlDeviceGetDecoderUtilization(long device, long utilization, long samplingPeriodUs);

    static native int nvmlDeviceGetJpgUtilization(long device, long utilization, long samplingPeriodUs);

    static native int nvmlDeviceGetOfaUtilization(long device, long utilization, long samplingPeriodUs);

    static native int nvmlDeviceGetSamples(
            long device, int type, long lastSeenTimeStamp, long sampleValType, long sampleCount, long samples);

    // Thermal/fan
    static native int nvmlDeviceGetTemperature(long device, int sensorType, long temp);

    static native int nvmlDeviceGetTemperatureV(long device, long temperature);

    static native int nvmlDeviceGetTemperatureThreshold(long device, int thresholdType, long temp);

    static native int nvmlDeviceGetMarginTemperature(long device, long marginTempInfo);

    static native int nvmlDeviceGetThermalSettings(long device, int sensorIndex, long pThermalSettings);

    static native int nvmlDeviceGetFanSpeed(long device, long speed);

    static native int nvmlDeviceGetNumFans(long device, long numFans);

    static native int nvmlDeviceGetFanSpeed_v2(long device, int fan, long speed);

    static native int nvmlDeviceGetFanSpeedRPM(long device, long fanSpeed);

    // Power/clocks
    static native int nvmlDeviceGetPowerUsage(long device, long power);

    static native int nvmlDeviceGetTotalEnergyConsumption(long device, long energy);

    static native int nvmlDeviceGetEnforcedPowerLimit(long device, long limit);

    static native int nvmlDeviceGetPowerManagementLimit(long device, long limit);

    static native int nvmlDeviceGetPowerManagementDefaultLimit(long device, long defaultLimit);

    static native int nvmlDeviceGetPowerManagementLimitConstraints(long device, long minLimit, long maxLimit);

    static native int nvmlDeviceGetClockInfo(long device, int type, long clock);

    static native int nvmlDeviceGetMaxClockInfo(long device, int type, long clock);

    static native int nvmlDeviceGetApplicationsClock(long device, int clockType, long clockMHz);

    static native int nvmlDeviceGetCurrentClocksEventReasons(long device, long clocksEventReasons);

    static native int nvmlDeviceGetSupportedClocksEventReasons(long device, long supportedClocksEventReasons);

    static native int nvmlDeviceGetViolationStatus(long device, int perfPolicyType, long violTime);

    static native int nvmlDeviceGetPerformanceState(long device, long pState);

    // Memory health
    static native int nvmlDeviceGetEccMode(long device, long current, long pending);

    static native int nvmlDeviceGetDefaultEccMode(long device, long defaultMode);

    static native int nvmlDeviceGetTotalEccErrors(long device, int errorType, int counterType, long eccCounts);

    static native int nvmlDeviceGetDetailedEccErrors(long device, int errorType, int counterType, long eccCounts);

    static native int nvmlDeviceGetMemoryErrorCounter(
            long device, int errorType, int counterType, int locationType, long count);

    static native int nvmlDeviceGetSramEccErrorStatus(long device, long status);

    static native int nvmlDeviceGetSramUniqueUncorrectedEccErrorCounts(long device, long errorCounts);

    static native int nvmlDeviceGetRetiredPages_v2(
            long device, int cause, long pageCount, long addresses, long timestamps);

    static native int nvmlDeviceGetRetiredPagesPendingStatus(long device, long isPending);

    static native int nvmlDeviceGetRemappedRows(
            long device, long corrRows, long uncRows, long isPending, long failureOccurred);

    static native int nvmlDeviceGetRowRemapperHistogram(long device, long values);

    static native int nvmlDeviceGetRepairStatus(long device, long repairStatus);

    static native int nvmlDeviceGetLastBBXFlushTime(long device, long timestamp, long durationUs);

    // PCIe/NVLink/topology
    static native int nvmlDeviceGetCurrPcieLinkGeneration(long device, long currLinkGen);

    static native int nvmlDeviceGetMaxPcieLinkGeneration(long device, long maxLinkGen);

    static native int nvmlDeviceGetGpuMaxPcieLinkGeneration(long device, long maxLinkGenDevice);

    static native int nvmlDeviceGetCurrPcieLinkWidth(long device, long currLinkWidth);

    static native int nvmlDeviceGetMaxPcieLinkWidth(long device, long maxLinkWidth);

    static native int nvmlDeviceGetPcieReplayCounter(long device, long value);

    static native int nvmlDeviceGetPcieThroughput(long device, int counter, long value);

    static native int nvmlDeviceGetPcieSpeed(long device, long pcieSpeed);

    static native int nvmlDeviceGetNvLinkState(long device, int link, long isActive);

    static native int nvmlDeviceGetNvLinkVersion(long device, int link, long version);

    static native int nvmlDeviceGetNvLinkCapability(long device, int link, int capability, long capResult);

    static native int nvmlDeviceGetNvLinkErrorCounter(long device, int link, int counter, long counterValue);

    static native int nvmlDeviceGetNvLinkRemotePciInfo_v2(long device, int link, long pci);

    static native int nvmlDeviceGetNvLinkRemoteDeviceType(long device, int link, long pNvLinkDeviceType);

    static native int nvmlDeviceGetFieldValues(long device, int valuesCount, long values);

    static native int nvmlDeviceGetTopologyCommonAncestor(long device1, long device2, long pathInfo);

    static native int nvmlDeviceGetTopologyNearestGpus(long device, int level, long count, long deviceArray);

    static native int nvmlDeviceGetP2PStatus(long device1, long device2, int p2pIndex, long p2pStatus);

    static native int nvmlDeviceGetMemoryAffinity(long device, int nodeSetSize, long nodeSet, int scope);

    static native int nvmlDeviceGetCpuAffinity(long device, int cpuSetSize, long cpuSet);

    // Processes
    static native int nvmlDeviceGetComputeRunningProcesses_v3(long device, long infoCount, long infos);

    static native int nvmlDeviceGetGraphicsRunningProcesses_v3(long device, long infoCount, long infos);

    static native int nvmlDeviceGetMPSComputeRunningProcesses_v3(long device, long infoCount, long infos);

    static native int nvmlDeviceGetRunningProcessDetailList(long device, long plist);

    static native int nvmlDeviceGetProcessUtilization(
            long device, long utilization, long processSamplesCount, long lastSeenTimeStamp);

    static native int nvmlDeviceGetProcessesUtilizationInfo(long device, long procesesUtilInfo);

    static native int nvmlDeviceGetAccountingMode(long device, long mode);

    static native int nvmlDeviceGetAccountingPids(long device, long count, long pids);

    static native int nvmlDeviceGetAccountingStats(long device, int pid, long stats);

    // MIG
    static native int nvmlDeviceGetMigMode(long device, long currentMode, long pendingMode);

    static native int nvmlDeviceGetMaxMigDeviceCount(long device, long count);

    static native int nvmlDeviceGetMigDeviceHandleByIndex(long device, int index, long migDevice);

    static native int nvmlDeviceGetDeviceHandleFromMigDeviceHandle(long migDevice, long device);

    static native int nvmlDeviceIsMigDeviceHandle(long device, long isMigDevice);

    static native int nvmlDeviceGetGpuInstanceId(long device, long id);

    static native int nvmlDeviceGetComputeInstanceId(long device, long id);

    static native int nvmlDeviceGetAttributes_v2(long device, long attributes);

    static native int nvmlDeviceGetGpuInstances(long device, int profileId, long gpuInstances, long count);

    static native int nvmlDeviceGetGpuInstanceProfileInfo(long device, int profile, long info);

    static native int nvmlDeviceGetGpuInstanceProfileInfoV(long device, int profile, long info);

    static native int nvmlDeviceGetGpuInstancePossiblePlacements_v2(
            long device, int profileId, long placements, long count);

    static native int nvmlGpuInstanceGetInfo(long gpuInstance, long info);

    static native int nvmlComputeInstanceGetInfo_v2(long computeInstance, long info);

    static native int nvmlGpuInstanceGetComputeInstances(
            long gpuInstance, int profileId, long computeInstances, long count);

    // Modes/platform
    static native int nvmlDeviceGetPersistenceMode(long device, long mode);

    static native int nvmlDeviceGetComputeMode(long device, long mode);

    static native int nvmlDeviceGetDisplayMode(long device, long display);

    static native int nvmlDeviceGetDisplayActive(long device, long isActive);

    static native int nvmlDeviceGetGspFirmwareVersion(long device, long version);

    static native int nvmlDeviceGetGspFirmwareMode(long device, long isEnabled, long defaultMode);

    static native int nvmlDeviceGetVirtualizationMode(long device, long pVirtualMode);

    static native int nvmlDeviceGetGridLicensableFeatures_v4(long device, long pGridLicensableFeatures);

    static native int nvmlSystemGetConfComputeState(long state);

    static native int nvmlDeviceGetGpuFabricInfo(long device, long gpuFabricInfo);

    static native int nvmlDeviceGetGpuFabricInfoV(long device, long gpuFabricInfo);

    static native int nvmlDeviceGetAddressingMode(long device, long mode);

    // Events/GPM
    static native int nvmlEventSetCreate(long set);

    static native int nvmlDeviceGetSupportedEventTypes(long device, long eventTypes);

    static native int nvmlDeviceRegisterEvents(long device, long eventTypes, long set);

    static native int nvmlEventSetWait_v2(long set, long data, int timeoutms);

    static native int nvmlEventSetFree(long set);

    static native int nvmlSystemEventSetCreate(long request);

    static native int nvmlGpmQueryDeviceSupport(long device, long gpmSupport);

    static native int nvmlGpmSampleAlloc(long gpmSample);

    static native int nvmlGpmSampleGet(long device, long gpmSample);

    static native int nvmlGpmMigSampleGet(long device, int gpuInstanceId, long gpmSample);

    static native int nvmlGpmMetricsGet(long metricsGet);

    static native int nvmlGpmSampleFree(long gpmSample);

    static native int nvmlSystemRegisterEvents(long request);

    static native int nvmlSystemEventSetWait(long request);

    static native int nvmlSystemEventSetFree(long request);

    private Natives() {}
}
