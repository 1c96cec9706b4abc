/* Questions to a GPU instance or a compute instance itself. */
#include "simulator.h"

static nvmlReturn_t enter(struct call *call, enum function function, unsigned int gpu, unsigned int mig) {
    REFUSE_UNLESS(call_enter_driver(call, function, true));
    REFUSE_UNLESS(call_enter_gpu(call, function, gpu));
    call->mig = &call->gpu->mig[mig];
    return call->mig->present ? NVML_SUCCESS : NVML_ERROR_INVALID_ARGUMENT;
}

EXPORT nvmlReturn_t nvmlGpuInstanceGetInfo(nvmlGpuInstance_t instance, nvmlGpuInstanceInfo_t *out) {
    CALL_SCOPE;
    if (!gpu_instance_known(instance) || out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(enter(&call, FN_nvmlGpuInstanceGetInfo, instance->gpu, instance->mig));
    *out = (nvmlGpuInstanceInfo_t){
        device_handle(call.index, -1), call.mig->gpu_instance, call.mig->profile_id,
        {call.mig->start, call.mig->size}};
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlGpuInstanceGetComputeInstances(nvmlGpuInstance_t instance, unsigned int profile_id,
                                                       nvmlComputeInstance_t *instances, unsigned int *count) {
    CALL_SCOPE;
    (void)profile_id; /* compute instance profiles are not scripted: all of the GPU instance are given */
    if (!gpu_instance_known(instance) || instances == NULL || count == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(enter(&call, FN_nvmlGpuInstanceGetComputeInstances, instance->gpu, instance->mig));
    *count = 0;
    for (unsigned int index = 0; index < MAX_MIG; index++) {
        const struct mig *mig = &call.gpu->mig[index];
        if (!mig->present || mig->gpu_instance != call.mig->gpu_instance) continue;
        instances[(*count)++] = compute_instance_handle(call.index, index);
    }
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlGpuInstanceGetComputeInstanceById(nvmlGpuInstance_t instance, unsigned int id,
                                                          nvmlComputeInstance_t *out) {
    CALL_SCOPE;
    if (!gpu_instance_known(instance) || out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(enter(&call, FN_nvmlGpuInstanceGetComputeInstanceById, instance->gpu, instance->mig));
    for (unsigned int index = 0; index < MAX_MIG; index++) {
        const struct mig *mig = &call.gpu->mig[index];
        if (!mig->present || mig->gpu_instance != call.mig->gpu_instance || mig->compute_instance != id) continue;
        *out = compute_instance_handle(call.index, index);
        return NVML_SUCCESS;
    }
    return NVML_ERROR_NOT_FOUND;
}

static nvmlReturn_t compute_info(struct call *call, enum function function, nvmlComputeInstance_t instance,
                                 nvmlComputeInstanceInfo_t *out) {
    if (!compute_instance_known(instance) || out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(enter(call, function, instance->gpu, instance->mig));
    out->device = device_handle(call->index, instance->mig);
    out->gpuInstance = gpu_instance_handle(call->index, instance->mig);
    out->id = call->mig->compute_instance;
    out->profileId = 0;
    return NVML_SUCCESS;
}

/* The older struct ends before the placement. */
EXPORT nvmlReturn_t nvmlComputeInstanceGetInfo(nvmlComputeInstance_t instance, nvmlComputeInstanceInfo_t *out) {
    CALL_SCOPE;
    return compute_info(&call, FN_nvmlComputeInstanceGetInfo, instance, out);
}

EXPORT nvmlReturn_t nvmlComputeInstanceGetInfo_v2(nvmlComputeInstance_t instance, nvmlComputeInstanceInfo_t *out) {
    CALL_SCOPE;
    REFUSE_UNLESS(compute_info(&call, FN_nvmlComputeInstanceGetInfo_v2, instance, out));
    out->placement = (nvmlComputeInstancePlacement_t){0, call.mig->size};
    return NVML_SUCCESS;
}
