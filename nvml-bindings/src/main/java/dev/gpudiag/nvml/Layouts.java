package dev.gpudiag.nvml;

/**
 * Sizes, field offsets and version words of the structs of nvml.h 13.3.29 on 64-bit Linux, names as in C.
 *
 * <p>The one place for such figures. Every constant is held against a compiler's answers by LayoutsTest. {@code
 * sensor0_x} stands for {@code sensor[0].x}, {@code metricInfo_x} for {@code metricInfo.x}.
 */
final class Layouts {

    static final class nvmlPciInfo_t {
        static final int sizeof = 68,
                busIdLegacy = 0,
                domain = 16,
                bus = 20,
                device = 24,
                pciDeviceId = 28,
                pciSubSystemId = 32,
                busId = 36;
    }

    static final class nvmlPciInfoExt_v1_t {
        static final int VERSION = 0x01000040;
        static final int sizeof = 64,
                version = 0,
                domain = 4,
                bus = 8,
                device = 12,
                pciDeviceId = 16,
                pciSubSystemId = 20,
                baseClass = 24,
                subClass = 28,
                busId = 32;
    }

    static final class nvmlPlatformInfo_v2_t {
        static final int VERSION = 0x0200002c;
        static final int sizeof = 44,
                version = 0,
                ibGuid = 4,
                chassisSerialNumber = 20,
                slotNumber = 36,
                trayIndex = 37,
                hostId = 38,
                peerType = 39,
                moduleId = 40;
    }

    static final class nvmlGridLicenseExpiry_t {
        static final int sizeof = 16, year = 0, month = 4, day = 6, hour = 8, min = 10, sec = 12, status = 14;
    }

    static final class nvmlGridLicensableFeature_t {
        static final int sizeof = 284,
                featureCode = 0,
                featureState = 4,
                licenseInfo = 8,
                productName = 136,
                featureEnabled = 264,
                licenseExpiry = 268;
    }

    static final class nvmlGridLicensableFeatures_t {
        static final int sizeof = 860,
                isGridLicenseSupported = 0,
                licensableFeaturesCount = 4,
                gridLicensableFeatures = 8;
    }

    static final class nvmlSystemDriverBranchInfo_v1_t {
        static final int VERSION = 0x01000054;
        static final int sizeof = 84, version = 0, branch = 4;
    }

    static final class nvmlExcludedDeviceInfo_t {
        static final int sizeof = 148, pciInfo = 0, uuid = 68;
    }

    static final class nvmlConfComputeSystemState_t {
        static final int sizeof = 12, environment = 0, ccFeature = 4, devToolsMode = 8;
    }

    static final class nvmlMemory_t {
        static final int sizeof = 24, total = 0, free = 8, used = 16;
    }

    static final class nvmlMemory_v2_t {
        static final int VERSION = 0x02000028;
        static final int sizeof = 40, version = 0, total = 8, reserved = 16, free = 24, used = 32;
    }

    static final class nvmlBAR1Memory_t {
        static final int sizeof = 24, bar1Total = 0, bar1Free = 8, bar1Used = 16;
    }

    static final class nvmlUtilization_t {
        static final int sizeof = 8, gpu = 0, memory = 4;
    }

    static final class nvmlSample_t {
        static final int sizeof = 16, timeStamp = 0, sampleValue = 8;
    }

    static final class nvmlValue_t {
        static final int sizeof = 8, dVal = 0, siVal = 0, uiVal = 0, ulVal = 0, ullVal = 0, sllVal = 0, usVal = 0;
    }

    static final class nvmlTemperature_v1_t {
        static final int VERSION = 0x0100000c;
        static final int sizeof = 12, version = 0, sensorType = 4, temperature = 8;
    }

    static final class nvmlMarginTemperature_v1_t {
        static final int VERSION = 0x01000008;
        static final int sizeof = 8, version = 0, marginTemperature = 4;
    }

    static final class nvmlGpuThermalSettings_t {
        static final int sizeof = 64,
                count = 0,
                sensor = 4,
                sensor0_controller = 4,
                sensor0_defaultMinTemp = 8,
                sensor0_defaultMaxTemp = 12,
                sensor0_currentTemp = 16,
                sensor0_target = 20;
    }

    static final class nvmlFanSpeedInfo_v1_t {
        static final int VERSION = 0x0100000c;
        static final int sizeof = 12, version = 0, fan = 4, speed = 8;
    }

    static final class nvmlViolationTime_t {
        static final int sizeof = 16, referenceTime = 0, violationTime = 8;
    }

    static final class nvmlEccErrorCounts_t {
        static final int sizeof = 32, l1Cache = 0, l2Cache = 8, deviceMemory = 16, registerFile = 24;
    }

    static final class nvmlEccSramErrorStatus_v1_t {
        static final int VERSION = 0x01000068;
        static final int sizeof = 104,
                version = 0,
                aggregateUncParity = 8,
                aggregateUncSecDed = 16,
                aggregateCor = 24,
                volatileUncParity = 32,
                volatileUncSecDed = 40,
                volatileCor = 48,
                aggregateUncBucketL2 = 56,
                aggregateUncBucketSm = 64,
                aggregateUncBucketPcie = 72,
                aggregateUncBucketMcu = 80,
                aggregateUncBucketOther = 88,
                bThresholdExceeded = 96;
    }

    static final class nvmlEccSramUniqueUncorrectedErrorCounts_v1_t {
        static final int VERSION = 0x01000010;
        static final int sizeof = 16, version = 0, entryCount = 4, entries = 8;
    }

    static final class nvmlEccSramUniqueUncorrectedErrorEntry_v1_t {
        static final int sizeof = 28,
                unit = 0,
                location = 4,
                sublocation = 8,
                extlocation = 12,
                address = 16,
                isParity = 20,
                count = 24;
    }

    static final class nvmlRowRemapperHistogramValues_t {
        static final int sizeof = 20, max = 0, high = 4, partial = 8, low = 12, none = 16;
    }

    static final class nvmlRepairStatus_v1_t {
        static final int VERSION = 0x0100000c;
        static final int sizeof = 12, version = 0, bChannelRepairPending = 4, bTpcRepairPending = 8;
    }

    static final class nvmlFieldValue_t {
        static final int sizeof = 40,
                fieldId = 0,
                scopeId = 4,
                timestamp = 8,
                latencyUsec = 16,
                valueType = 24,
                nvmlReturn = 28,
                value = 32;
    }

    static final class nvmlProcessInfo_v1_t {
        static final int sizeof = 16, pid = 0, usedGpuMemory = 8;
    }

    static final class nvmlProcessInfo_t {
        static final int sizeof = 24, pid = 0, usedGpuMemory = 8, gpuInstanceId = 16, computeInstanceId = 20;
    }

    static final class nvmlProcessDetailList_v1_t {
        static final int VERSION = 0x01000018;
        static final int sizeof = 24, version = 0, mode = 4, numProcArrayEntries = 8, procArray = 16;
    }

    static final class nvmlProcessDetail_v1_t {
        static final int sizeof = 32,
                pid = 0,
                usedGpuMemory = 8,
                gpuInstanceId = 16,
                computeInstanceId = 20,
                usedGpuCcProtectedMemory = 24;
    }

    static final class nvmlProcessUtilizationSample_t {
        static final int sizeof = 32, pid = 0, timeStamp = 8, smUtil = 16, memUtil = 20, encUtil = 24, decUtil = 28;
    }

    static final class nvmlProcessesUtilizationInfo_v1_t {
        static final int VERSION = 0x01000018;
        static final int sizeof = 24, version = 0, processSamplesCount = 4, lastSeenTimeStamp = 8, procUtilArray = 16;
    }

    static final class nvmlProcessUtilizationInfo_v1_t {
        static final int sizeof = 40,
                timeStamp = 0,
                pid = 8,
                smUtil = 12,
                memUtil = 16,
                encUtil = 20,
                decUtil = 24,
                jpgUtil = 28,
                ofaUtil = 32;
    }

    static final class nvmlAccountingStats_t {
        static final int sizeof = 56,
                gpuUtilization = 0,
                memoryUtilization = 4,
                maxMemoryUsage = 8,
                time = 16,
                startTime = 24,
                isRunning = 32;
    }

    static final class nvmlDeviceAttributes_t {
        static final int sizeof = 40,
                multiprocessorCount = 0,
                sharedCopyEngineCount = 4,
                sharedDecoderCount = 8,
                sharedEncoderCount = 12,
                sharedJpegCount = 16,
                sharedOfaCount = 20,
                gpuInstanceSliceCount = 24,
                computeInstanceSliceCount = 28,
                memorySizeMB = 32;
    }

    static final class nvmlGpuInstanceInfo_t {
        static final int sizeof = 24, device = 0, id = 8, profileId = 12, placement = 16;
    }

    static final class nvmlGpuInstancePlacement_t {
        static final int sizeof = 8, start = 0, size = 4;
    }

    static final class nvmlGpuInstanceProfileInfo_t {
        static final int sizeof = 48,
                id = 0,
                isP2pSupported = 4,
                sliceCount = 8,
                instanceCount = 12,
                multiprocessorCount = 16,
                copyEngineCount = 20,
                decoderCount = 24,
                encoderCount = 28,
                jpegCount = 32,
                ofaCount = 36,
                memorySizeMB = 40;
    }

    static final class nvmlGpuInstanceProfileInfo_v2_t {
        static final int VERSION = 0x02000098;
        static final int sizeof = 152,
                version = 0,
                id = 4,
                isP2pSupported = 8,
                sliceCount = 12,
                instanceCount = 16,
                multiprocessorCount = 20,
                copyEngineCount = 24,
                decoderCount = 28,
                encoderCount = 32,
                jpegCount = 36,
                ofaCount = 40,
                memorySizeMB = 48,
                name = 56;
    }

    static final class nvmlComputeInstanceInfo_t {
        static final int sizeof = 32, device = 0, gpuInstance = 8, id = 16, profileId = 20, placement = 24;
    }

    static final class nvmlGpuFabricInfo_t {
        static final int sizeof = 28, clusterUuid = 0, status = 16, cliqueId = 20, state = 24;
    }

    static final class nvmlGpuFabricInfo_v2_t {
        static final int VERSION = 0x02000024;
        static final int sizeof = 36,
                version = 0,
                clusterUuid = 4,
                status = 20,
                cliqueId = 24,
                state = 28,
                healthMask = 32;
    }

    static final class nvmlGpuFabricInfo_v3_t {
        static final int VERSION = 0x03000028;
        static final int sizeof = 40,
                version = 0,
                clusterUuid = 4,
                status = 20,
                cliqueId = 24,
                state = 28,
                healthMask = 32,
                healthSummary = 36;
    }

    static final class nvmlDeviceAddressingMode_v1_t {
        static final int VERSION = 0x01000008;
        static final int sizeof = 8, version = 0, value = 4;
    }

    static final class nvmlEventData_t {
        static final int sizeof = 32,
                device = 0,
                eventType = 8,
                eventData = 16,
                gpuInstanceId = 24,
                computeInstanceId = 28;
    }

    static final class nvmlSystemEventSetCreateRequest_v1_t {
        static final int VERSION = 0x01000010;
        static final int sizeof = 16, version = 0, set = 8;
    }

    static final class nvmlSystemRegisterEventRequest_v1_t {
        static final int VERSION = 0x01000018;
        static final int sizeof = 24, version = 0, eventTypes = 8, set = 16;
    }

    static final class nvmlSystemEventSetWaitRequest_v1_t {
        static final int VERSION = 0x01000020;
        static final int sizeof = 32, version = 0, timeoutms = 4, set = 8, data = 16, dataSize = 24, numEvent = 28;
    }

    static final class nvmlSystemEventSetFreeRequest_v1_t {
        static final int VERSION = 0x01000010;
        static final int sizeof = 16, version = 0, set = 8;
    }

    static final class nvmlSystemEventData_v1_t {
        static final int sizeof = 16, eventType = 0, gpuId = 8;
    }

    static final class nvmlGpmSupport_t {
        static final int VERSION = 1;
        static final int sizeof = 8, version = 0, isSupportedDevice = 4;
    }

    static final class nvmlGpmMetricsGet_t {
        static final int VERSION = 1;
        static final int sizeof = 13344, version = 0, numMetrics = 4, sample1 = 8, sample2 = 16, metrics = 24;
    }

    static final class nvmlGpmMetric_t {
        static final int sizeof = 40,
                metricId = 0,
                nvmlReturn = 4,
                value = 8,
                metricInfo = 16,
                metricInfo_shortName = 16,
                metricInfo_longName = 24,
                metricInfo_unit = 32;
    }

    private Layouts() {}
}
