/* Processes on a GPU, in every version of the list, and their utilization. */
#include "simulator.h"

bool process_runs(const struct process *process, double now) {
    return now >= process->from && now < process->until;
}

static bool listed(const struct call *call, const struct process *process, unsigned int type) {
    bool inside = call->mig == NULL || process->gpu_instance == call->mig->gpu_instance;
    return process->type == type && inside && process_runs(process, call->now);
}

/* All ones where the driver does not know. */
static unsigned long long used_memory(const struct call *call, const struct process *process) {
    if (process->memory_unknown || process->used_memory.kind != NUMBER) return ~0ULL;
    return whole(value_at(&process->used_memory, call->now));
}

static void put_process(const struct call *call, const struct process *process, unsigned int version, void *list,
                        unsigned int place) {
    if (version == 1) {
        ((nvmlProcessInfo_v1_t *)list)[place] = (nvmlProcessInfo_v1_t){process->pid, used_memory(call, process)};
        return;
    }
    ((nvmlProcessInfo_v2_t *)list)[place] = (nvmlProcessInfo_v2_t){
        process->pid, used_memory(call, process), process->gpu_instance, process->compute_instance};
}

static nvmlReturn_t list(const struct call *call, unsigned int type, unsigned int version, unsigned int *count,
                         void *infos) {
    if (count == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    unsigned int available = 0, place = 0;
    const struct process *process;
    for (process = call->gpu->processes; process != NULL; process = process->next) {
        available += listed(call, process, type);
    }
    REFUSE_UNLESS(put_entries(available, count, infos != NULL));
    for (process = call->gpu->processes; process != NULL; process = process->next) {
        if (listed(call, process, type)) put_process(call, process, version, infos, place++);
    }
    return NVML_SUCCESS;
}

#define LIST_ANSWER(function, type, version)                                                  \
    EXPORT nvmlReturn_t function(nvmlDevice_t device, unsigned int *count, void *infos) { \
        CALL(function, device);                                                               \
        return list(&call, type, version, count, infos);                                      \
    }
LIST_ANSWER(nvmlDeviceGetComputeRunningProcesses, 0, 1)
LIST_ANSWER(nvmlDeviceGetComputeRunningProcesses_v2, 0, 2)
LIST_ANSWER(nvmlDeviceGetComputeRunningProcesses_v3, 0, 3)
LIST_ANSWER(nvmlDeviceGetGraphicsRunningProcesses, 1, 1)
LIST_ANSWER(nvmlDeviceGetGraphicsRunningProcesses_v2, 1, 2)
LIST_ANSWER(nvmlDeviceGetGraphicsRunningProcesses_v3, 1, 3)
LIST_ANSWER(nvmlDeviceGetMPSComputeRunningProcesses, 2, 1)
LIST_ANSWER(nvmlDeviceGetMPSComputeRunningProcesses_v2, 2, 2)
LIST_ANSWER(nvmlDeviceGetMPSComputeRunningProcesses_v3, 2, 3)

EXPORT nvmlReturn_t nvmlDeviceGetRunningProcessDetailList(nvmlDevice_t device, nvmlProcessDetailList_v1_t *out) {
    CALL(nvmlDeviceGetRunningProcessDetailList, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (out->version != STRUCT_VERSION(nvmlProcessDetailList_v1_t, 1)) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    if (out->mode > 2) return NVML_ERROR_INVALID_ARGUMENT;
    unsigned int available = 0, place = 0;
    const struct process *process;
    for (process = call.gpu->processes; process != NULL; process = process->next) {
        available += listed(&call, process, out->mode);
    }
    REFUSE_UNLESS(put_entries(available, &out->numProcArrayEntries, out->procArray != NULL));
    for (process = call.gpu->processes; process != NULL; process = process->next) {
        if (!listed(&call, process, out->mode)) continue;
        out->procArray[place++] =
            (nvmlProcessDetail_v1_t){.pid = process->pid, .usedGpuMemory = used_memory(&call, process),
                                     .gpuInstanceId = process->gpu_instance,
                                     .computeInstanceId = process->compute_instance,
                                     .usedGpuCcProtectedMemory = 0};
    }
    return NVML_SUCCESS;
}

static unsigned int percent(const struct call *call, const struct value *value) {
    return value->kind == NUMBER ? (unsigned int)whole(value_at(value, call->now)) : 0;
}

/* One sample a second; processes without sm_util have none. */
static nvmlReturn_t sampled(const struct call *call, unsigned long long last_seen, unsigned int *available,
                            unsigned long long *stamp) {
    if (mig_enabled(call)) return NVML_ERROR_NOT_SUPPORTED;
    *stamp = store_epoch_microseconds((double)(long long)call->now);
    *available = 0;
    if (*stamp <= last_seen) return NVML_ERROR_NOT_FOUND;
    const struct process *process = call->gpu->processes;
    for (; process != NULL; process = process->next) {
        *available += process->sm_util.kind == NUMBER && process_runs(process, call->now);
    }
    return *available == 0 ? NVML_ERROR_NOT_FOUND : NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetProcessUtilization(nvmlDevice_t device, nvmlProcessUtilizationSample_t *samples,
                                                    unsigned int *count, unsigned long long last_seen) {
    CALL(nvmlDeviceGetProcessUtilization, device);
    unsigned int available, place = 0;
    unsigned long long stamp;
    if (count == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(sampled(&call, last_seen, &available, &stamp));
    if (samples == NULL) *count = 0;
    REFUSE_UNLESS(put_entries(available, count, samples != NULL));
    const struct process *process = call.gpu->processes;
    for (; process != NULL; process = process->next) {
        if (process->sm_util.kind != NUMBER || !process_runs(process, call.now)) continue;
        samples[place++] = (nvmlProcessUtilizationSample_t){
            process->pid, stamp, percent(&call, &process->sm_util), percent(&call, &process->mem_util),
            percent(&call, &process->enc_util), percent(&call, &process->dec_util)};
    }
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetProcessesUtilizationInfo(nvmlDevice_t device, nvmlProcessesUtilizationInfo_v1_t *out) {
    CALL(nvmlDeviceGetProcessesUtilizationInfo, device);
    unsigned int available, place = 0;
    unsigned long long stamp;
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (out->version != STRUCT_VERSION(nvmlProcessesUtilizationInfo_v1_t, 1)) {
        return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    }
    REFUSE_UNLESS(sampled(&call, out->lastSeenTimeStamp, &available, &stamp));
    if (out->procUtilArray == NULL) out->processSamplesCount = 0;
    REFUSE_UNLESS(put_entries(available, &out->processSamplesCount, out->procUtilArray != NULL));
    const struct process *process = call.gpu->processes;
    for (; process != NULL; process = process->next) {
        if (process->sm_util.kind != NUMBER || !process_runs(process, call.now)) continue;
        out->procUtilArray[place++] = (nvmlProcessUtilizationInfo_v1_t){
            .timeStamp = stamp, .pid = process->pid, .smUtil = percent(&call, &process->sm_util),
            .memUtil = percent(&call, &process->mem_util), .encUtil = percent(&call, &process->enc_util),
            .decUtil = percent(&call, &process->dec_util)};
    }
    return NVML_SUCCESS;
}
