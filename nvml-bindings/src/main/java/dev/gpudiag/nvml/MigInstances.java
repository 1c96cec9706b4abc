package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlComputeInstanceGetInfo_v2;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetGpuInstancePossiblePlacements_v2;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetGpuInstanceProfileInfo;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetGpuInstanceProfileInfoV;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetGpuInstances;
import static dev.gpudiag.nvml.Symbol.nvmlGpuInstanceGetComputeInstances;
import static dev.gpudiag.nvml.Symbol.nvmlGpuInstanceGetInfo;

import dev.gpudiag.nvml.Layouts.nvmlComputeInstanceInfo_t;
import dev.gpudiag.nvml.Layouts.nvmlGpuInstanceInfo_t;
import dev.gpudiag.nvml.Layouts.nvmlGpuInstancePlacement_t;
import dev.gpudiag.nvml.Layouts.nvmlGpuInstanceProfileInfo_t;
import dev.gpudiag.nvml.Layouts.nvmlGpuInstanceProfileInfo_v2_t;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** GPU and compute instances of MIG, their profiles and placements. */
final class MigInstances {
    private static final int PROFILE_NAME_BYTES = 96;

    private MigInstances() {}

    static List<GpuInstance> gpuInstances(DeviceCalls calls, int profileId) throws NvmlException {
        List<Long> handles = GrowingList.read(
                calls.nvml(),
                nvmlDeviceGetGpuInstances,
                Long.BYTES,
                (memory, capacity) -> Natives.nvmlDeviceGetGpuInstances(
                        calls.handle(), profileId, memory.address(GrowingList.ENTRIES), memory.address()),
                Scratch::int64);
        List<GpuInstance> instances = new ArrayList<>();
        for (long handle : handles) {
            Scratch out = calls.begin(nvmlGpuInstanceGetInfo, nvmlGpuInstanceInfo_t.sizeof);
            calls.check(nvmlGpuInstanceGetInfo, Natives.nvmlGpuInstanceGetInfo(handle, out.address()));
            instances.add(new GpuInstance(
                    handle,
                    out.int32(nvmlGpuInstanceInfo_t.id),
                    out.int32(nvmlGpuInstanceInfo_t.profileId),
                    placement(out, nvmlGpuInstanceInfo_t.placement)));
        }
        return instances;
    }

    static List<ComputeInstance> computeInstances(DeviceCalls calls, GpuInstance gpuInstance, int profileId)
            throws NvmlException {
        List<Long> handles = GrowingList.read(
                calls.nvml(),
                nvmlGpuInstanceGetComputeInstances,
                Long.BYTES,
                (memory, capacity) -> Natives.nvmlGpuInstanceGetComputeInstances(
                        gpuInstance.handle(), profileId, memory.address(GrowingList.ENTRIES), memory.address()),
                Scratch::int64);
        List<ComputeInstance> instances = new ArrayList<>();
        for (long handle : handles) {
            Scratch out = calls.begin(nvmlComputeInstanceGetInfo_v2, nvmlComputeInstanceInfo_t.sizeof);
            calls.check(nvmlComputeInstanceGetInfo_v2, Natives.nvmlComputeInstanceGetInfo_v2(handle, out.address()));
            instances.add(new ComputeInstance(
                    handle,
                    out.int32(nvmlComputeInstanceInfo_t.id),
                    out.int32(nvmlComputeInstanceInfo_t.profileId),
                    placement(out, nvmlComputeInstanceInfo_t.placement)));
        }
        return instances;
    }

    static List<GpuInstancePlacement> possiblePlacements(DeviceCalls calls, int profileId) throws NvmlException {
        return GrowingList.read(
                calls.nvml(),
                nvmlDeviceGetGpuInstancePossiblePlacements_v2,
                nvmlGpuInstancePlacement_t.sizeof,
                (memory, capacity) -> Natives.nvmlDeviceGetGpuInstancePossiblePlacements_v2(
                        calls.handle(), profileId, memory.address(GrowingList.ENTRIES), memory.address()),
                MigInstances::placement);
    }

    static GpuInstanceProfile profile(DeviceCalls calls, int profile) throws NvmlException {
        if (calls.nvml().has(nvmlDeviceGetGpuInstanceProfileInfoV)) {
            Scratch out = calls.begin(
                    nvmlDeviceGetGpuInstanceProfileInfoV,
                    nvmlGpuInstanceProfileInfo_v2_t.sizeof,
                    nvmlGpuInstanceProfileInfo_v2_t.VERSION);
            int code = Natives.nvmlDeviceGetGpuInstanceProfileInfoV(calls.handle(), profile, out.address());
            if (!DeviceCalls.olderFormMayAnswer(code)) {
                calls.check(nvmlDeviceGetGpuInstanceProfileInfoV, code);
                return profile(
                        out,
                        nvmlGpuInstanceProfileInfo_v2_t.id,
                        out.int64(nvmlGpuInstanceProfileInfo_v2_t.memorySizeMB),
                        Optional.of(out.text(nvmlGpuInstanceProfileInfo_v2_t.name, PROFILE_NAME_BYTES)));
            }
        }
        Scratch out = calls.begin(nvmlDeviceGetGpuInstanceProfileInfo, nvmlGpuInstanceProfileInfo_t.sizeof);
        calls.check(
                nvmlDeviceGetGpuInstanceProfileInfo,
                Natives.nvmlDeviceGetGpuInstanceProfileInfo(calls.handle(), profile, out.address()));
        return profile(out, 0, out.int64(nvmlGpuInstanceProfileInfo_t.memorySizeMB), Optional.empty());
    }

    /** The newer struct repeats the older one's first fields behind a version word. */
    private static GpuInstanceProfile profile(Scratch out, int at, long memoryMebibytes, Optional<String> name) {
        return new GpuInstanceProfile(
                out.int32(at + nvmlGpuInstanceProfileInfo_t.id),
                out.int32(at + nvmlGpuInstanceProfileInfo_t.sliceCount),
                out.int32(at + nvmlGpuInstanceProfileInfo_t.instanceCount),
                out.int32(at + nvmlGpuInstanceProfileInfo_t.multiprocessorCount),
                out.int32(at + nvmlGpuInstanceProfileInfo_t.copyEngineCount),
                out.int32(at + nvmlGpuInstanceProfileInfo_t.decoderCount),
                out.int32(at + nvmlGpuInstanceProfileInfo_t.encoderCount),
                out.int32(at + nvmlGpuInstanceProfileInfo_t.jpegCount),
                out.int32(at + nvmlGpuInstanceProfileInfo_t.ofaCount),
                memoryMebibytes,
                name);
    }

    private static GpuInstancePlacement placement(Scratch out, int at) {
        return new GpuInstancePlacement(
                out.int32(at + nvmlGpuInstancePlacement_t.start), out.int32(at + nvmlGpuInstancePlacement_t.size));
    }
}
