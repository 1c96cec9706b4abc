/* MIG devices, GPU instances, compute instances. Indices may have holes. */
#include <stdlib.h>
#include <string.h>

#include "simulator.h"

EXPORT nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t device, unsigned int *current, unsigned int *pending) {
    CALL(nvmlDeviceGetMigMode, device);
    REFUSE_UNLESS(put_unsigned(&call, KEY_mig_mode_current, current));
    return put_unsigned(&call, has(&call, KEY_mig_mode_pending) ? KEY_mig_mode_pending : KEY_mig_mode_current, pending);
}

EXPORT nvmlReturn_t nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t device, unsigned int *count) {
    CALL(nvmlDeviceGetMaxMigDeviceCount, device);
    if (count == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    *count = (unsigned int)whole(number(&call, KEY_mig_max, 0));
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t device, unsigned int index, nvmlDevice_t *mig) {
    CALL(nvmlDeviceGetMigDeviceHandleByIndex, device);
    if (mig == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (!has(&call, KEY_mig_mode_current)) return NVML_ERROR_NOT_SUPPORTED;
    if (index >= (unsigned int)whole(number(&call, KEY_mig_max, MAX_MIG))) return NVML_ERROR_INVALID_ARGUMENT;
    if (!mig_enabled(&call) || index >= MAX_MIG || !call.gpu->mig[index].present) return NVML_ERROR_NOT_FOUND;
    *mig = device_handle(call.index, (int)index);
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetDeviceHandleFromMigDeviceHandle(nvmlDevice_t mig, nvmlDevice_t *device) {
    CALL(nvmlDeviceGetDeviceHandleFromMigDeviceHandle, mig);
    if (device == NULL || call.mig == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    *device = device_handle(call.index, -1);
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceIsMigDeviceHandle(nvmlDevice_t device, unsigned int *is_mig) {
    CALL(nvmlDeviceIsMigDeviceHandle, device);
    if (is_mig == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    *is_mig = call.mig != NULL;
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetGpuInstanceId(nvmlDevice_t device, unsigned int *id) {
    CALL(nvmlDeviceGetGpuInstanceId, device);
    if (id == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (call.mig == NULL) return NVML_ERROR_NOT_SUPPORTED;
    *id = call.mig->gpu_instance;
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetComputeInstanceId(nvmlDevice_t device, unsigned int *id) {
    CALL(nvmlDeviceGetComputeInstanceId, device);
    if (id == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (call.mig == NULL) return NVML_ERROR_NOT_SUPPORTED;
    *id = call.mig->compute_instance;
    return NVML_SUCCESS;
}

/* `2` of 2g.20gb, of 1c.2g.20gb, where the section names no number of slices. */
static unsigned int slices_of(const struct mig *mig) {
    if (mig->slices != 0) return mig->slices;
    const char *g = strstr(mig->profile, "g.");
    while (g != NULL && g > mig->profile && g[-1] >= '0' && g[-1] <= '9') g--;
    return g == NULL ? 1 : (unsigned int)strtoul(g, NULL, 10);
}

static void put_attributes(const struct call *call, nvmlDeviceAttributes_t *out) {
    const struct mig *mig = call->mig;
    unsigned int slices = slices_of(mig);
    *out = (nvmlDeviceAttributes_t){
        .multiprocessorCount = mig->multiprocessors != 0 ? mig->multiprocessors : 14 * slices,
        .sharedCopyEngineCount = mig->copy_engines != 0 ? mig->copy_engines : slices,
        .sharedDecoderCount = mig->decoders,
        .sharedEncoderCount = mig->encoders,
        .sharedJpegCount = mig->jpegs,
        .sharedOfaCount = mig->ofas,
        .gpuInstanceSliceCount = slices,
        .computeInstanceSliceCount = mig->compute_slices != 0 ? mig->compute_slices : slices,
        .memorySizeMB = whole(value_at(&mig->memory_total, call->now)) >> 20};
}

#define ATTRIBUTES_ANSWER(function)                                                         \
    EXPORT nvmlReturn_t function(nvmlDevice_t device, nvmlDeviceAttributes_t *out) {        \
        CALL(function, device);                                                             \
        if (out == NULL || call.mig == NULL) return NVML_ERROR_INVALID_ARGUMENT;            \
        put_attributes(&call, out);                                                         \
        return NVML_SUCCESS;                                                                \
    }
ATTRIBUTES_ANSWER(nvmlDeviceGetAttributes)
ATTRIBUTES_ANSWER(nvmlDeviceGetAttributes_v2)

/* The lowest MIG index of a GPU instance stands for the instance; several compute instances may share one. */
static bool leads(const struct gpu *gpu, unsigned int index) {
    if (!gpu->mig[index].present) return false;
    for (unsigned int before = 0; before < index; before++) {
        if (gpu->mig[before].present && gpu->mig[before].gpu_instance == gpu->mig[index].gpu_instance) return false;
    }
    return true;
}

EXPORT nvmlReturn_t nvmlDeviceGetGpuInstances(nvmlDevice_t device, unsigned int profile_id,
                                              nvmlGpuInstance_t *instances, unsigned int *count) {
    CALL(nvmlDeviceGetGpuInstances, device);
    if (instances == NULL || count == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (!mig_enabled(&call)) return NVML_ERROR_NOT_SUPPORTED;
    *count = 0;
    for (unsigned int index = 0; index < MAX_MIG; index++) {
        if (!leads(call.gpu, index) || call.gpu->mig[index].profile_id != profile_id) continue;
        instances[(*count)++] = gpu_instance_handle(call.index, index);
    }
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetGpuInstanceById(nvmlDevice_t device, unsigned int id, nvmlGpuInstance_t *instance) {
    CALL(nvmlDeviceGetGpuInstanceById, device);
    if (instance == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (!mig_enabled(&call)) return NVML_ERROR_NOT_SUPPORTED;
    for (unsigned int index = 0; index < MAX_MIG; index++) {
        if (!leads(call.gpu, index) || call.gpu->mig[index].gpu_instance != id) continue;
        *instance = gpu_instance_handle(call.index, index);
        return NVML_SUCCESS;
    }
    return NVML_ERROR_NOT_FOUND;
}

/* A profile is known here where an instance of it exists; `profile` is the driver's enumerator: slices 1 2 3 4 7. */
static const struct mig *of_profile(const struct call *call, unsigned int profile, unsigned int *instances) {
    static const unsigned int slices[] = {1, 2, 3, 4, 7};
    const struct mig *found = NULL;
    *instances = 0;
    for (unsigned int index = 0; profile < 5 && index < MAX_MIG; index++) {
        if (!leads(call->gpu, index) || slices_of(&call->gpu->mig[index]) != slices[profile]) continue;
        found = &call->gpu->mig[index];
        (*instances)++;
    }
    return found;
}

static nvmlReturn_t profile_info(const struct call *call, unsigned int profile, nvmlGpuInstanceProfileInfo_v2_t *out) {
    if (profile > 17) return NVML_ERROR_INVALID_ARGUMENT;
    unsigned int instances;
    const struct mig *mig = of_profile(call, profile, &instances);
    if (mig == NULL || !mig_enabled(call)) return NVML_ERROR_NOT_SUPPORTED;
    struct call about = *call;
    nvmlDeviceAttributes_t attributes;
    about.mig = mig;
    put_attributes(&about, &attributes);
    *out = (nvmlGpuInstanceProfileInfo_v2_t){
        .version = out->version, .id = mig->profile_id, .sliceCount = attributes.gpuInstanceSliceCount,
        .instanceCount = 7 / attributes.gpuInstanceSliceCount, .multiprocessorCount = attributes.multiprocessorCount,
        .copyEngineCount = attributes.sharedCopyEngineCount, .decoderCount = attributes.sharedDecoderCount,
        .encoderCount = attributes.sharedEncoderCount, .jpegCount = attributes.sharedJpegCount,
        .ofaCount = attributes.sharedOfaCount, .memorySizeMB = attributes.memorySizeMB};
    snprintf(out->name, sizeof out->name, "MIG %s", mig->profile);
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetGpuInstanceProfileInfo(nvmlDevice_t device, unsigned int profile,
                                                        nvmlGpuInstanceProfileInfo_t *out) {
    CALL(nvmlDeviceGetGpuInstanceProfileInfo, device);
    nvmlGpuInstanceProfileInfo_v2_t info = {0};
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(profile_info(&call, profile, &info));
    *out = (nvmlGpuInstanceProfileInfo_t){
        info.id, info.isP2pSupported, info.sliceCount, info.instanceCount, info.multiprocessorCount,
        info.copyEngineCount, info.decoderCount, info.encoderCount, info.jpegCount, info.ofaCount, info.memorySizeMB};
    return NVML_SUCCESS;
}

/* Version 3 has capabilities where version 2 has isP2pSupported. */
EXPORT nvmlReturn_t nvmlDeviceGetGpuInstanceProfileInfoV(nvmlDevice_t device, unsigned int profile, void *out) {
    CALL(nvmlDeviceGetGpuInstanceProfileInfoV, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    unsigned int version = *(const unsigned int *)out;
    bool third = version == STRUCT_VERSION(nvmlGpuInstanceProfileInfo_v3_t, 3);
    if (!third && version != STRUCT_VERSION(nvmlGpuInstanceProfileInfo_v2_t, 2)) {
        return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    }
    nvmlGpuInstanceProfileInfo_v2_t info = {.version = version};
    REFUSE_UNLESS(profile_info(&call, profile, &info));
    if (!third) {
        *(nvmlGpuInstanceProfileInfo_v2_t *)out = info;
        return NVML_SUCCESS;
    }
    nvmlGpuInstanceProfileInfo_v3_t *newer = out;
    *newer = (nvmlGpuInstanceProfileInfo_v3_t){
        .version = version, .id = info.id, .sliceCount = info.sliceCount, .instanceCount = info.instanceCount,
        .multiprocessorCount = info.multiprocessorCount, .copyEngineCount = info.copyEngineCount,
        .decoderCount = info.decoderCount, .encoderCount = info.encoderCount, .jpegCount = info.jpegCount,
        .ofaCount = info.ofaCount, .memorySizeMB = info.memorySizeMB};
    memcpy(newer->name, info.name, sizeof newer->name);
    return NVML_SUCCESS;
}

/* Placements in use by instances of the profile; free ones are not scripted. */
static nvmlReturn_t placements(const struct call *call, unsigned int profile_id, nvmlGpuInstancePlacement_t *out,
                               unsigned int *count) {
    if (count == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (!mig_enabled(call)) return NVML_ERROR_NOT_SUPPORTED;
    unsigned int available = 0, place = 0;
    for (unsigned int index = 0; index < MAX_MIG; index++) {
        available += leads(call->gpu, index) && call->gpu->mig[index].profile_id == profile_id;
    }
    if (out == NULL) {
        *count = available;
        return NVML_SUCCESS;
    }
    REFUSE_UNLESS(put_entries(available, count, true));
    for (unsigned int index = 0; index < MAX_MIG; index++) {
        const struct mig *mig = &call->gpu->mig[index];
        if (!leads(call->gpu, index) || mig->profile_id != profile_id) continue;
        out[place++] = (nvmlGpuInstancePlacement_t){mig->start, mig->size};
    }
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetGpuInstancePossiblePlacements(nvmlDevice_t device, unsigned int profile_id,
                                                               nvmlGpuInstancePlacement_t *out, unsigned int *count) {
    CALL(nvmlDeviceGetGpuInstancePossiblePlacements, device);
    return placements(&call, profile_id, out, count);
}

EXPORT nvmlReturn_t nvmlDeviceGetGpuInstancePossiblePlacements_v2(nvmlDevice_t device, unsigned int profile_id,
                                                                  nvmlGpuInstancePlacement_t *out,
                                                                  unsigned int *count) {
    CALL(nvmlDeviceGetGpuInstancePossiblePlacements_v2, device);
    return placements(&call, profile_id, out, count);
}

/* Slices that no instance holds, in instances of the profile. */
EXPORT nvmlReturn_t nvmlDeviceGetGpuInstanceRemainingCapacity(nvmlDevice_t device, unsigned int profile_id,
                                                              unsigned int *count) {
    CALL(nvmlDeviceGetGpuInstanceRemainingCapacity, device);
    if (count == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (!mig_enabled(&call)) return NVML_ERROR_NOT_SUPPORTED;
    unsigned int held = 0, slices = 0;
    for (unsigned int index = 0; index < MAX_MIG; index++) {
        if (!leads(call.gpu, index)) continue;
        held += slices_of(&call.gpu->mig[index]);
        if (call.gpu->mig[index].profile_id == profile_id) slices = slices_of(&call.gpu->mig[index]);
    }
    *count = slices == 0 || held > 7 ? 0 : (7 - held) / slices;
    return NVML_SUCCESS;
}
