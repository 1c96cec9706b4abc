/* Accounting of compute processes: there while accounting mode is on. */
#include "simulator.h"

EXPORT nvmlReturn_t nvmlDeviceGetAccountingMode(nvmlDevice_t device, unsigned int *mode) {
    CALL(nvmlDeviceGetAccountingMode, device);
    return put_unsigned(&call, KEY_accounting_mode, mode);
}

EXPORT nvmlReturn_t nvmlDeviceGetAccountingBufferSize(nvmlDevice_t device, unsigned int *size) {
    CALL(nvmlDeviceGetAccountingBufferSize, device);
    return put_unsigned(&call, KEY_accounting_buffer, size);
}

/* Processes that have begun, those that have ended as well. */
static bool accounted(const struct call *call, const struct process *process) {
    return process->type != 1 && call->now >= process->from;
}

EXPORT nvmlReturn_t nvmlDeviceGetAccountingPids(nvmlDevice_t device, unsigned int *count, unsigned int *pids) {
    CALL(nvmlDeviceGetAccountingPids, device);
    if (count == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (number(&call, KEY_accounting_mode, 0) == 0) return NVML_ERROR_NOT_SUPPORTED;
    unsigned int available = 0, place = 0;
    const struct process *process;
    for (process = call.gpu->processes; process != NULL; process = process->next) {
        available += accounted(&call, process);
    }
    REFUSE_UNLESS(put_entries(available, count, pids != NULL));
    for (process = call.gpu->processes; process != NULL; process = process->next) {
        if (accounted(&call, process)) pids[place++] = process->pid;
    }
    return NVML_SUCCESS;
}

static double now_or_end(const struct call *call, const struct process *process) {
    return process_runs(process, call->now) ? call->now : process->until;
}

EXPORT nvmlReturn_t nvmlDeviceGetAccountingStats(nvmlDevice_t device, unsigned int pid, nvmlAccountingStats_t *out) {
    CALL(nvmlDeviceGetAccountingStats, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (number(&call, KEY_accounting_mode, 0) == 0) return NVML_ERROR_NOT_SUPPORTED;
    const struct process *process = call.gpu->processes;
    for (; process != NULL; process = process->next) {
        if (process->pid != pid || !accounted(&call, process)) continue;
        double at = now_or_end(&call, process);
        *out = (nvmlAccountingStats_t){
            .gpuUtilization = process->sm_util.kind == NUMBER ? (unsigned int)whole(value_at(&process->sm_util, at)) : ~0U,
            .memoryUtilization = process->mem_util.kind == NUMBER ? (unsigned int)whole(value_at(&process->mem_util, at)) : ~0U,
            .maxMemoryUsage = process->used_memory.kind == NUMBER ? whole(value_at(&process->used_memory, at)) : ~0ULL,
            .time = process_runs(process, call.now) ? 0 : whole((process->until - process->from) * 1000),
            .startTime = store_epoch_microseconds(process->from),
            .isRunning = process_runs(process, call.now)};
        return NVML_SUCCESS;
    }
    return NVML_ERROR_NOT_FOUND;
}
