package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetAttributes_v2;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetComputeInstanceId;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetDeviceHandleFromMigDeviceHandle;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetGpuInstanceId;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetMaxMigDeviceCount;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetMigDeviceHandleByIndex;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetMigMode;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceIsMigDeviceHandle;

import dev.gpudiag.nvml.Layouts.nvmlDeviceAttributes_t;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Multi-instance GPU: what a GPU is cut into. */
public sealed interface DeviceMig permits NvmlDevice {
    /** How this device calls the library; of use within this package only. */
    DeviceCalls calls();

    /** NOT_SUPPORTED where the GPU has no MIG. */
    default MigMode migMode() throws NvmlException {
        Scratch out = calls().pair(nvmlDeviceGetMigMode, Natives::nvmlDeviceGetMigMode);
        return new MigMode(out.bool(0), out.bool(DeviceCalls.SECOND));
    }

    /** How many MIG devices there can be, not how many there are. */
    default int maxMigDeviceCount() throws NvmlException {
        return calls().uint(nvmlDeviceGetMaxMigDeviceCount, Natives::nvmlDeviceGetMaxMigDeviceCount);
    }

    /** Walks all indices, because used ones have holes between them. */
    default MigDevices migDevices() throws NvmlException {
        List<NvmlDevice> devices = new ArrayList<>();
        Map<Integer, NvmlException> failures = new TreeMap<>();
        int count = maxMigDeviceCount();
        for (int i = 0; i < count; i++) {
            Scratch out = calls().begin(nvmlDeviceGetMigDeviceHandleByIndex, 8);
            int code = Natives.nvmlDeviceGetMigDeviceHandleByIndex(calls().handle(), i, out.address());
            if (code == NvmlReturn.SUCCESS.code()) {
                devices.add(new NvmlDevice(calls().nvml(), i, out.int64(0)));
            } else if (code != NvmlReturn.NOT_FOUND.code()) {
                failures.put(i, calls().nvml().failure(nvmlDeviceGetMigDeviceHandleByIndex, NvmlReturn.of(code)));
            }
        }
        return new MigDevices(devices, failures);
    }

    default boolean isMigDevice() throws NvmlException {
        return calls().flag(nvmlDeviceIsMigDeviceHandle, Natives::nvmlDeviceIsMigDeviceHandle);
    }

    /** The GPU of a MIG device; INVALID_ARGUMENT on a GPU. */
    default NvmlDevice parentDevice() throws NvmlException {
        Scratch out = calls().begin(nvmlDeviceGetDeviceHandleFromMigDeviceHandle, 8);
        calls().check(
                        nvmlDeviceGetDeviceHandleFromMigDeviceHandle,
                        Natives.nvmlDeviceGetDeviceHandleFromMigDeviceHandle(calls().handle(), out.address()));
        return calls().nvml().devices(List.of(out.int64(0))).getFirst();
    }

    /** Of a MIG device. */
    default int gpuInstanceId() throws NvmlException {
        return calls().uint(nvmlDeviceGetGpuInstanceId, Natives::nvmlDeviceGetGpuInstanceId);
    }

    /** Of a MIG device. */
    default int computeInstanceId() throws NvmlException {
        return calls().uint(nvmlDeviceGetComputeInstanceId, Natives::nvmlDeviceGetComputeInstanceId);
    }

    /** Of a MIG device. */
    default DeviceAttributes attributes() throws NvmlException {
        Scratch out = calls().struct(
                        nvmlDeviceGetAttributes_v2,
                        nvmlDeviceAttributes_t.sizeof,
                        0,
                        Natives::nvmlDeviceGetAttributes_v2);
        return new DeviceAttributes(
                out.int32(nvmlDeviceAttributes_t.multiprocessorCount),
                out.int32(nvmlDeviceAttributes_t.sharedCopyEngineCount),
                out.int32(nvmlDeviceAttributes_t.sharedDecoderCount),
                out.int32(nvmlDeviceAttributes_t.sharedEncoderCount),
                out.int32(nvmlDeviceAttributes_t.sharedJpegCount),
                out.int32(nvmlDeviceAttributes_t.sharedOfaCount),
                out.int32(nvmlDeviceAttributes_t.gpuInstanceSliceCount),
                out.int32(nvmlDeviceAttributes_t.computeInstanceSliceCount),
                out.int64(nvmlDeviceAttributes_t.memorySizeMB));
    }

    /** GPU instances of one profile id ({@link GpuInstanceProfile#id}); needs root or the capability. */
    default List<GpuInstance> gpuInstances(int profileId) throws NvmlException {
        return MigInstances.gpuInstances(calls(), profileId);
    }

    /** Compute instances of a GPU instance, of one profile id. */
    default List<ComputeInstance> computeInstances(GpuInstance gpuInstance, int profileId) throws NvmlException {
        return MigInstances.computeInstances(calls(), gpuInstance, profileId);
    }

    /** The profile of this number, 0 to 17; NOT_SUPPORTED where the GPU does not have it. */
    default GpuInstanceProfile gpuInstanceProfileInfo(int profile) throws NvmlException {
        return MigInstances.profile(calls(), profile);
    }

    /** Where a GPU instance of this profile id could be placed. */
    default List<GpuInstancePlacement> gpuInstancePossiblePlacements(int profileId) throws NvmlException {
        return MigInstances.possiblePlacements(calls(), profileId);
    }
}
