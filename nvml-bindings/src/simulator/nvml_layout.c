/* The measured size and offsets of every struct in nvml_types.h; compiles to nothing. */
#include "nvml_types.h"

#define HOLD_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " has another size")
#define HOLD_OFFSET(type, field, bytes) \
    _Static_assert(offsetof(type, field) == (bytes), #type "." #field " lies elsewhere")

HOLD_SIZE(nvmlValue_t, 8);

HOLD_SIZE(nvmlPciInfo_t, 68);
HOLD_OFFSET(nvmlPciInfo_t, busIdLegacy, 0);
HOLD_OFFSET(nvmlPciInfo_t, domain, 16);
HOLD_OFFSET(nvmlPciInfo_t, bus, 20);
HOLD_OFFSET(nvmlPciInfo_t, device, 24);
HOLD_OFFSET(nvmlPciInfo_t, pciDeviceId, 28);
HOLD_OFFSET(nvmlPciInfo_t, pciSubSystemId, 32);
HOLD_OFFSET(nvmlPciInfo_t, busId, 36);

HOLD_SIZE(nvmlPciInfoExt_v1_t, 64);
HOLD_OFFSET(nvmlPciInfoExt_v1_t, version, 0);
HOLD_OFFSET(nvmlPciInfoExt_v1_t, domain, 4);
HOLD_OFFSET(nvmlPciInfoExt_v1_t, bus, 8);
HOLD_OFFSET(nvmlPciInfoExt_v1_t, device, 12);
HOLD_OFFSET(nvmlPciInfoExt_v1_t, pciDeviceId, 16);
HOLD_OFFSET(nvmlPciInfoExt_v1_t, pciSubSystemId, 20);
HOLD_OFFSET(nvmlPciInfoExt_v1_t, baseClass, 24);
HOLD_OFFSET(nvmlPciInfoExt_v1_t, subClass, 28);
HOLD_OFFSET(nvmlPciInfoExt_v1_t, busId, 32);

HOLD_SIZE(nvmlUtilization_t, 8);
HOLD_OFFSET(nvmlUtilization_t, gpu, 0);
HOLD_OFFSET(nvmlUtilization_t, memory, 4);

HOLD_SIZE(nvmlMemory_t, 24);
HOLD_OFFSET(nvmlMemory_t, total, 0);
HOLD_OFFSET(nvmlMemory_t, free, 8);
HOLD_OFFSET(nvmlMemory_t, used, 16);

HOLD_SIZE(nvmlMemory_v2_t, 40);
HOLD_OFFSET(nvmlMemory_v2_t, version, 0);
HOLD_OFFSET(nvmlMemory_v2_t, total, 8);
HOLD_OFFSET(nvmlMemory_v2_t, reserved, 16);
HOLD_OFFSET(nvmlMemory_v2_t, free, 24);
HOLD_OFFSET(nvmlMemory_v2_t, used, 32);

HOLD_SIZE(nvmlBAR1Memory_t, 24);
HOLD_OFFSET(nvmlBAR1Memory_t, bar1Total, 0);
HOLD_OFFSET(nvmlBAR1Memory_t, bar1Free, 8);
HOLD_OFFSET(nvmlBAR1Memory_t, bar1Used, 16);

HOLD_SIZE(nvmlProcessInfo_v1_t, 16);
HOLD_OFFSET(nvmlProcessInfo_v1_t, pid, 0);
HOLD_OFFSET(nvmlProcessInfo_v1_t, usedGpuMemory, 8);

HOLD_SIZE(nvmlProcessInfo_v2_t, 24);
HOLD_OFFSET(nvmlProcessInfo_v2_t, pid, 0);
HOLD_OFFSET(nvmlProcessInfo_v2_t, usedGpuMemory, 8);
HOLD_OFFSET(nvmlProcessInfo_v2_t, gpuInstanceId, 16);
HOLD_OFFSET(nvmlProcessInfo_v2_t, computeInstanceId, 20);

HOLD_SIZE(nvmlProcessDetail_v1_t, 32);
HOLD_OFFSET(nvmlProcessDetail_v1_t, pid, 0);
HOLD_OFFSET(nvmlProcessDetail_v1_t, usedGpuMemory, 8);
HOLD_OFFSET(nvmlProcessDetail_v1_t, gpuInstanceId, 16);
HOLD_OFFSET(nvmlProcessDetail_v1_t, computeInstanceId, 20);
HOLD_OFFSET(nvmlProcessDetail_v1_t, usedGpuCcProtectedMemory, 24);

HOLD_SIZE(nvmlProcessDetailList_v1_t, 24);
HOLD_OFFSET(nvmlProcessDetailList_v1_t, version, 0);
HOLD_OFFSET(nvmlProcessDetailList_v1_t, mode, 4);
HOLD_OFFSET(nvmlProcessDetailList_v1_t, numProcArrayEntries, 8);
HOLD_OFFSET(nvmlProcessDetailList_v1_t, procArray, 16);

HOLD_SIZE(nvmlProcessUtilizationSample_t, 32);
HOLD_OFFSET(nvmlProcessUtilizationSample_t, pid, 0);
HOLD_OFFSET(nvmlProcessUtilizationSample_t, timeStamp, 8);
HOLD_OFFSET(nvmlProcessUtilizationSample_t, smUtil, 16);
HOLD_OFFSET(nvmlProcessUtilizationSample_t, memUtil, 20);
HOLD_OFFSET(nvmlProcessUtilizationSample_t, encUtil, 24);
HOLD_OFFSET(nvmlProcessUtilizationSample_t, decUtil, 28);

HOLD_SIZE(nvmlProcessUtilizationInfo_v1_t, 40);
HOLD_OFFSET(nvmlProcessUtilizationInfo_v1_t, timeStamp, 0);
HOLD_OFFSET(nvmlProcessUtilizationInfo_v1_t, pid, 8);
HOLD_OFFSET(nvmlProcessUtilizationInfo_v1_t, smUtil, 12);
HOLD_OFFSET(nvmlProcessUtilizationInfo_v1_t, memUtil, 16);
HOLD_OFFSET(nvmlProcessUtilizationInfo_v1_t, encUtil, 20);
HOLD_OFFSET(nvmlProcessUtilizationInfo_v1_t, decUtil, 24);
HOLD_OFFSET(nvmlProcessUtilizationInfo_v1_t, jpgUtil, 28);
HOLD_OFFSET(nvmlProcessUtilizationInfo_v1_t, ofaUtil, 32);

HOLD_SIZE(nvmlProcessesUtilizationInfo_v1_t, 24);
HOLD_OFFSET(nvmlProcessesUtilizationInfo_v1_t, version, 0);
HOLD_OFFSET(nvmlProcessesUtilizationInfo_v1_t, processSamplesCount, 4);
HOLD_OFFSET(nvmlProcessesUtilizationInfo_v1_t, lastSeenTimeStamp, 8);
HOLD_OFFSET(nvmlProcessesUtilizationInfo_v1_t, procUtilArray, 16);

HOLD_SIZE(nvmlAccountingStats_t, 56);
HOLD_OFFSET(nvmlAccountingStats_t, gpuUtilization, 0);
HOLD_OFFSET(nvmlAccountingStats_t, memoryUtilization, 4);
HOLD_OFFSET(nvmlAccountingStats_t, maxMemoryUsage, 8);
HOLD_OFFSET(nvmlAccountingStats_t, time, 16);
HOLD_OFFSET(nvmlAccountingStats_t, startTime, 24);
HOLD_OFFSET(nvmlAccountingStats_t, isRunning, 32);
HOLD_OFFSET(nvmlAccountingStats_t, reserved, 36);

HOLD_SIZE(nvmlEccErrorCounts_t, 32);
HOLD_OFFSET(nvmlEccErrorCounts_t, l1Cache, 0);
HOLD_OFFSET(nvmlEccErrorCounts_t, l2Cache, 8);
HOLD_OFFSET(nvmlEccErrorCounts_t, deviceMemory, 16);
HOLD_OFFSET(nvmlEccErrorCounts_t, registerFile, 24);

HOLD_SIZE(nvmlEccSramErrorStatus_v1_t, 104);
HOLD_OFFSET(nvmlEccSramErrorStatus_v1_t, version, 0);
HOLD_OFFSET(nvmlEccSramErrorStatus_v1_t, aggregateUncParity, 8);
HOLD_OFFSET(nvmlEccSramErrorStatus_v1_t, aggregateUncSecDed, 16);
HOLD_OFFSET(nvmlEccSramErrorStatus_v1_t, aggregateCor, 24);
HOLD_OFFSET(nvmlEccSramErrorStatus_v1_t, volatileUncParity, 32);
HOLD_OFFSET(nvmlEccSramErrorStatus_v1_t, volatileUncSecDed, 40);
HOLD_OFFSET(nvmlEccSramErrorStatus_v1_t, volatileCor, 48);
HOLD_OFFSET(nvmlEccSramErrorStatus_v1_t, aggregateUncBucketL2, 56);
HOLD_OFFSET(nvmlEccSramErrorStatus_v1_t, aggregateUncBucketSm, 64);
HOLD_OFFSET(nvmlEccSramErrorStatus_v1_t, aggregateUncBucketPcie, 72);
HOLD_OFFSET(nvmlEccSramErrorStatus_v1_t, aggregateUncBucketMcu, 80);
HOLD_OFFSET(nvmlEccSramErrorStatus_v1_t, aggregateUncBucketOther, 88);
HOLD_OFFSET(nvmlEccSramErrorStatus_v1_t, bThresholdExceeded, 96);

HOLD_SIZE(nvmlEccSramUniqueUncorrectedErrorEntry_v1_t, 28);
HOLD_OFFSET(nvmlEccSramUniqueUncorrectedErrorEntry_v1_t, unit, 0);
HOLD_OFFSET(nvmlEccSramUniqueUncorrectedErrorEntry_v1_t, location, 4);
HOLD_OFFSET(nvmlEccSramUniqueUncorrectedErrorEntry_v1_t, sublocation, 8);
HOLD_OFFSET(nvmlEccSramUniqueUncorrectedErrorEntry_v1_t, extlocation, 12);
HOLD_OFFSET(nvmlEccSramUniqueUncorrectedErrorEntry_v1_t, address, 16);
HOLD_OFFSET(nvmlEccSramUniqueUncorrectedErrorEntry_v1_t, isParity, 20);
HOLD_OFFSET(nvmlEccSramUniqueUncorrectedErrorEntry_v1_t, count, 24);

HOLD_SIZE(nvmlEccSramUniqueUncorrectedErrorCounts_v1_t, 16);
HOLD_OFFSET(nvmlEccSramUniqueUncorrectedErrorCounts_v1_t, version, 0);
HOLD_OFFSET(nvmlEccSramUniqueUncorrectedErrorCounts_v1_t, entryCount, 4);
HOLD_OFFSET(nvmlEccSramUniqueUncorrectedErrorCounts_v1_t, entries, 8);

HOLD_SIZE(nvmlRowRemapperHistogramValues_t, 20);
HOLD_OFFSET(nvmlRowRemapperHistogramValues_t, max, 0);
HOLD_OFFSET(nvmlRowRemapperHistogramValues_t, high, 4);
HOLD_OFFSET(nvmlRowRemapperHistogramValues_t, partial, 8);
HOLD_OFFSET(nvmlRowRemapperHistogramValues_t, low, 12);
HOLD_OFFSET(nvmlRowRemapperHistogramValues_t, none, 16);

HOLD_SIZE(nvmlRepairStatus_v1_t, 12);
HOLD_OFFSET(nvmlRepairStatus_v1_t, version, 0);
HOLD_OFFSET(nvmlRepairStatus_v1_t, bChannelRepairPending, 4);
HOLD_OFFSET(nvmlRepairStatus_v1_t, bTpcRepairPending, 8);

HOLD_SIZE(nvmlSample_t, 16);
HOLD_OFFSET(nvmlSample_t, timeStamp, 0);
HOLD_OFFSET(nvmlSample_t, sampleValue, 8);

HOLD_SIZE(nvmlFieldValue_t, 40);
HOLD_OFFSET(nvmlFieldValue_t, fieldId, 0);
HOLD_OFFSET(nvmlFieldValue_t, scopeId, 4);
HOLD_OFFSET(nvmlFieldValue_t, timestamp, 8);
HOLD_OFFSET(nvmlFieldValue_t, latencyUsec, 16);
HOLD_OFFSET(nvmlFieldValue_t, valueType, 24);
HOLD_OFFSET(nvmlFieldValue_t, nvmlReturn, 28);
HOLD_OFFSET(nvmlFieldValue_t, value, 32);

HOLD_SIZE(nvmlViolationTime_t, 16);
HOLD_OFFSET(nvmlViolationTime_t, referenceTime, 0);
HOLD_OFFSET(nvmlViolationTime_t, violationTime, 8);

HOLD_SIZE(nvmlGpuThermalSettings_t, 64);
HOLD_OFFSET(nvmlGpuThermalSettings_t, count, 0);
HOLD_OFFSET(nvmlGpuThermalSettings_t, sensor[0].controller, 4);
HOLD_OFFSET(nvmlGpuThermalSettings_t, sensor[0].defaultMinTemp, 8);
HOLD_OFFSET(nvmlGpuThermalSettings_t, sensor[0].defaultMaxTemp, 12);
HOLD_OFFSET(nvmlGpuThermalSettings_t, sensor[0].currentTemp, 16);
HOLD_OFFSET(nvmlGpuThermalSettings_t, sensor[0].target, 20);
HOLD_OFFSET(nvmlGpuThermalSettings_t, sensor, 4);

HOLD_SIZE(nvmlTemperature_v1_t, 12);
HOLD_OFFSET(nvmlTemperature_v1_t, version, 0);
HOLD_OFFSET(nvmlTemperature_v1_t, sensorType, 4);
HOLD_OFFSET(nvmlTemperature_v1_t, temperature, 8);

HOLD_SIZE(nvmlMarginTemperature_v1_t, 8);
HOLD_OFFSET(nvmlMarginTemperature_v1_t, version, 0);
HOLD_OFFSET(nvmlMarginTemperature_v1_t, marginTemperature, 4);

HOLD_SIZE(nvmlFanSpeedInfo_v1_t, 12);
HOLD_OFFSET(nvmlFanSpeedInfo_v1_t, version, 0);
HOLD_OFFSET(nvmlFanSpeedInfo_v1_t, fan, 4);
HOLD_OFFSET(nvmlFanSpeedInfo_v1_t, speed, 8);

HOLD_SIZE(nvmlGpuDynamicPstatesInfo_t, 132);
HOLD_OFFSET(nvmlGpuDynamicPstatesInfo_t, flags, 0);
HOLD_OFFSET(nvmlGpuDynamicPstatesInfo_t, utilization[0].bIsPresent, 4);
HOLD_OFFSET(nvmlGpuDynamicPstatesInfo_t, utilization[0].percentage, 8);
HOLD_OFFSET(nvmlGpuDynamicPstatesInfo_t, utilization[0].incThreshold, 12);
HOLD_OFFSET(nvmlGpuDynamicPstatesInfo_t, utilization[0].decThreshold, 16);
HOLD_OFFSET(nvmlGpuDynamicPstatesInfo_t, utilization, 4);

HOLD_SIZE(nvmlDeviceAttributes_t, 40);
HOLD_OFFSET(nvmlDeviceAttributes_t, multiprocessorCount, 0);
HOLD_OFFSET(nvmlDeviceAttributes_t, sharedCopyEngineCount, 4);
HOLD_OFFSET(nvmlDeviceAttributes_t, sharedDecoderCount, 8);
HOLD_OFFSET(nvmlDeviceAttributes_t, sharedEncoderCount, 12);
HOLD_OFFSET(nvmlDeviceAttributes_t, sharedJpegCount, 16);
HOLD_OFFSET(nvmlDeviceAttributes_t, sharedOfaCount, 20);
HOLD_OFFSET(nvmlDeviceAttributes_t, gpuInstanceSliceCount, 24);
HOLD_OFFSET(nvmlDeviceAttributes_t, computeInstanceSliceCount, 28);
HOLD_OFFSET(nvmlDeviceAttributes_t, memorySizeMB, 32);

HOLD_SIZE(nvmlGpuInstancePlacement_t, 8);
HOLD_OFFSET(nvmlGpuInstancePlacement_t, start, 0);
HOLD_OFFSET(nvmlGpuInstancePlacement_t, size, 4);

HOLD_SIZE(nvmlGpuInstanceInfo_t, 24);
HOLD_OFFSET(nvmlGpuInstanceInfo_t, device, 0);
HOLD_OFFSET(nvmlGpuInstanceInfo_t, id, 8);
HOLD_OFFSET(nvmlGpuInstanceInfo_t, profileId, 12);
HOLD_OFFSET(nvmlGpuInstanceInfo_t, placement, 16);

HOLD_SIZE(nvmlGpuInstanceProfileInfo_t, 48);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_t, id, 0);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_t, isP2pSupported, 4);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_t, sliceCount, 8);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_t, instanceCount, 12);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_t, multiprocessorCount, 16);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_t, copyEngineCount, 20);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_t, decoderCount, 24);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_t, encoderCount, 28);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_t, jpegCount, 32);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_t, ofaCount, 36);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_t, memorySizeMB, 40);

HOLD_SIZE(nvmlGpuInstanceProfileInfo_v2_t, 152);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v2_t, version, 0);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v2_t, id, 4);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v2_t, isP2pSupported, 8);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v2_t, sliceCount, 12);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v2_t, instanceCount, 16);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v2_t, multiprocessorCount, 20);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v2_t, copyEngineCount, 24);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v2_t, decoderCount, 28);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v2_t, encoderCount, 32);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v2_t, jpegCount, 36);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v2_t, ofaCount, 40);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v2_t, memorySizeMB, 48);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v2_t, name, 56);

HOLD_SIZE(nvmlGpuInstanceProfileInfo_v3_t, 152);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v3_t, version, 0);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v3_t, id, 4);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v3_t, sliceCount, 8);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v3_t, instanceCount, 12);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v3_t, multiprocessorCount, 16);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v3_t, copyEngineCount, 20);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v3_t, decoderCount, 24);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v3_t, encoderCount, 28);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v3_t, jpegCount, 32);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v3_t, ofaCount, 36);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v3_t, memorySizeMB, 40);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v3_t, name, 48);
HOLD_OFFSET(nvmlGpuInstanceProfileInfo_v3_t, capabilities, 144);

HOLD_SIZE(nvmlComputeInstancePlacement_t, 8);
HOLD_OFFSET(nvmlComputeInstancePlacement_t, start, 0);
HOLD_OFFSET(nvmlComputeInstancePlacement_t, size, 4);

HOLD_SIZE(nvmlComputeInstanceInfo_t, 32);
HOLD_OFFSET(nvmlComputeInstanceInfo_t, device, 0);
HOLD_OFFSET(nvmlComputeInstanceInfo_t, gpuInstance, 8);
HOLD_OFFSET(nvmlComputeInstanceInfo_t, id, 16);
HOLD_OFFSET(nvmlComputeInstanceInfo_t, profileId, 20);
HOLD_OFFSET(nvmlComputeInstanceInfo_t, placement, 24);

HOLD_SIZE(nvmlConfComputeSystemState_t, 12);
HOLD_OFFSET(nvmlConfComputeSystemState_t, environment, 0);
HOLD_OFFSET(nvmlConfComputeSystemState_t, ccFeature, 4);
HOLD_OFFSET(nvmlConfComputeSystemState_t, devToolsMode, 8);

HOLD_SIZE(nvmlGpuFabricInfo_t, 28);
HOLD_OFFSET(nvmlGpuFabricInfo_t, clusterUuid, 0);
HOLD_OFFSET(nvmlGpuFabricInfo_t, status, 16);
HOLD_OFFSET(nvmlGpuFabricInfo_t, cliqueId, 20);
HOLD_OFFSET(nvmlGpuFabricInfo_t, state, 24);

HOLD_SIZE(nvmlGpuFabricInfo_v2_t, 36);
HOLD_OFFSET(nvmlGpuFabricInfo_v2_t, version, 0);
HOLD_OFFSET(nvmlGpuFabricInfo_v2_t, clusterUuid, 4);
HOLD_OFFSET(nvmlGpuFabricInfo_v2_t, status, 20);
HOLD_OFFSET(nvmlGpuFabricInfo_v2_t, cliqueId, 24);
HOLD_OFFSET(nvmlGpuFabricInfo_v2_t, state, 28);
HOLD_OFFSET(nvmlGpuFabricInfo_v2_t, healthMask, 32);

HOLD_SIZE(nvmlGpuFabricInfo_v3_t, 40);
HOLD_OFFSET(nvmlGpuFabricInfo_v3_t, version, 0);
HOLD_OFFSET(nvmlGpuFabricInfo_v3_t, clusterUuid, 4);
HOLD_OFFSET(nvmlGpuFabricInfo_v3_t, status, 20);
HOLD_OFFSET(nvmlGpuFabricInfo_v3_t, cliqueId, 24);
HOLD_OFFSET(nvmlGpuFabricInfo_v3_t, state, 28);
HOLD_OFFSET(nvmlGpuFabricInfo_v3_t, healthMask, 32);
HOLD_OFFSET(nvmlGpuFabricInfo_v3_t, healthSummary, 36);

HOLD_SIZE(nvmlDeviceAddressingMode_v1_t, 8);
HOLD_OFFSET(nvmlDeviceAddressingMode_v1_t, version, 0);
HOLD_OFFSET(nvmlDeviceAddressingMode_v1_t, value, 4);

HOLD_SIZE(nvmlPlatformInfo_v2_t, 44);
HOLD_OFFSET(nvmlPlatformInfo_v2_t, version, 0);
HOLD_OFFSET(nvmlPlatformInfo_v2_t, ibGuid, 4);
HOLD_OFFSET(nvmlPlatformInfo_v2_t, chassisSerialNumber, 20);
HOLD_OFFSET(nvmlPlatformInfo_v2_t, slotNumber, 36);
HOLD_OFFSET(nvmlPlatformInfo_v2_t, trayIndex, 37);
HOLD_OFFSET(nvmlPlatformInfo_v2_t, hostId, 38);
HOLD_OFFSET(nvmlPlatformInfo_v2_t, peerType, 39);
HOLD_OFFSET(nvmlPlatformInfo_v2_t, moduleId, 40);

HOLD_SIZE(nvmlGridLicenseExpiry_t, 16);
HOLD_OFFSET(nvmlGridLicenseExpiry_t, year, 0);
HOLD_OFFSET(nvmlGridLicenseExpiry_t, month, 4);
HOLD_OFFSET(nvmlGridLicenseExpiry_t, day, 6);
HOLD_OFFSET(nvmlGridLicenseExpiry_t, hour, 8);
HOLD_OFFSET(nvmlGridLicenseExpiry_t, min, 10);
HOLD_OFFSET(nvmlGridLicenseExpiry_t, sec, 12);
HOLD_OFFSET(nvmlGridLicenseExpiry_t, status, 14);

HOLD_SIZE(nvmlGridLicensableFeature_t, 284);
HOLD_OFFSET(nvmlGridLicensableFeature_t, featureCode, 0);
HOLD_OFFSET(nvmlGridLicensableFeature_t, featureState, 4);
HOLD_OFFSET(nvmlGridLicensableFeature_t, licenseInfo, 8);
HOLD_OFFSET(nvmlGridLicensableFeature_t, productName, 136);
HOLD_OFFSET(nvmlGridLicensableFeature_t, featureEnabled, 264);
HOLD_OFFSET(nvmlGridLicensableFeature_t, licenseExpiry, 268);

HOLD_SIZE(nvmlGridLicensableFeatures_t, 860);
HOLD_OFFSET(nvmlGridLicensableFeatures_t, isGridLicenseSupported, 0);
HOLD_OFFSET(nvmlGridLicensableFeatures_t, licensableFeaturesCount, 4);
HOLD_OFFSET(nvmlGridLicensableFeatures_t, gridLicensableFeatures, 8);

HOLD_SIZE(nvmlSystemDriverBranchInfo_v1_t, 84);
HOLD_OFFSET(nvmlSystemDriverBranchInfo_v1_t, version, 0);
HOLD_OFFSET(nvmlSystemDriverBranchInfo_v1_t, branch, 4);

HOLD_SIZE(nvmlEventData_t, 32);
HOLD_OFFSET(nvmlEventData_t, device, 0);
HOLD_OFFSET(nvmlEventData_t, eventType, 8);
HOLD_OFFSET(nvmlEventData_t, eventData, 16);
HOLD_OFFSET(nvmlEventData_t, gpuInstanceId, 24);
HOLD_OFFSET(nvmlEventData_t, computeInstanceId, 28);

HOLD_SIZE(nvmlGpmSupport_t, 8);
HOLD_OFFSET(nvmlGpmSupport_t, version, 0);
HOLD_OFFSET(nvmlGpmSupport_t, isSupportedDevice, 4);

HOLD_SIZE(nvmlGpmMetric_t, 40);
HOLD_OFFSET(nvmlGpmMetric_t, metricId, 0);
HOLD_OFFSET(nvmlGpmMetric_t, nvmlReturn, 4);
HOLD_OFFSET(nvmlGpmMetric_t, value, 8);
HOLD_OFFSET(nvmlGpmMetric_t, metricInfo.shortName, 16);
HOLD_OFFSET(nvmlGpmMetric_t, metricInfo.longName, 24);
HOLD_OFFSET(nvmlGpmMetric_t, metricInfo.unit, 32);
HOLD_OFFSET(nvmlGpmMetric_t, metricInfo, 16);

HOLD_SIZE(nvmlGpmMetricsGet_t, 13344);
HOLD_OFFSET(nvmlGpmMetricsGet_t, version, 0);
HOLD_OFFSET(nvmlGpmMetricsGet_t, numMetrics, 4);
HOLD_OFFSET(nvmlGpmMetricsGet_t, sample1, 8);
HOLD_OFFSET(nvmlGpmMetricsGet_t, sample2, 16);
HOLD_OFFSET(nvmlGpmMetricsGet_t, metrics, 24);
