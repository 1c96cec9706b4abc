/* Init, shutdown, error texts, and what is asked of the driver as a whole. */
#include <string.h>

#include "simulator.h"

static nvmlReturn_t init(enum function function) {
    if (!store_open_from_environment()) return NVML_ERROR_UNKNOWN;
    CALL_SCOPE;
    REFUSE_UNLESS(call_enter_driver(&call, function, false));
    handles_opened(call.scenario);
    atomic_fetch_add(&initialised, 1);
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlInit(void) {
    return init(FN_nvmlInit);
}

EXPORT nvmlReturn_t nvmlInit_v2(void) {
    return init(FN_nvmlInit_v2);
}

EXPORT nvmlReturn_t nvmlInitWithFlags(unsigned int flags) {
    (void)flags; /* no GPUs needed, do not attach: both are met */
    return init(FN_nvmlInitWithFlags);
}

EXPORT nvmlReturn_t nvmlShutdown(void) {
    unsigned int open = atomic_load(&initialised);
    if (open == 0) return NVML_SUCCESS; /* as the real libraries */
    CALL_SCOPE;
    REFUSE_UNLESS(call_enter_driver(&call, FN_nvmlShutdown, false));
    while (open > 0 && !atomic_compare_exchange_weak(&initialised, &open, open - 1)) {
    }
    if (open == 1) handles_closed();
    return NVML_SUCCESS;
}

EXPORT const char *nvmlErrorString(nvmlReturn_t result) {
    static const char *const texts[] = {
        "Success", "Uninitialized", "Invalid Argument", "Not Supported", "Insufficient Permissions",
        "Already Initialized", "Not Found", "Insufficient Size", "Insufficient External Power", "Driver Not Loaded",
        "Timeout", "Interrupt Request Issue", "NVML Shared Library Not Found", "Function Not Found",
        "Corrupted infoROM", "GPU is lost", "GPU requires reset", "GPU access blocked by the operating system",
        "Driver/library version mismatch", "In use by another client", "Insufficient Memory", "No data",
        "vGPU ECC not supported", "Insufficient Resources", "Invalid Frequency", "Argument version mismatch",
        "Requested functionality has been deprecated", "System is not in ready state", "GPU not found",
        "Invalid state", "Reset type not supported"};
    return result < sizeof texts / sizeof *texts ? texts[result] : "Unknown Error";
}

/* nvidia-smi's private table of functions; it is not simulated. */
EXPORT nvmlReturn_t nvmlInternalGetExportTable(const void **table, const void *guid) {
    (void)guid;
    if (table != NULL) *table = NULL;
    return NVML_ERROR_FUNCTION_NOT_FOUND;
}

EXPORT nvmlReturn_t nvmlSystemGetDriverVersion(char *version, unsigned int length) {
    DRIVER_CALL(nvmlSystemGetDriverVersion);
    return put_text(call.scenario->version, version, length);
}

EXPORT nvmlReturn_t nvmlSystemGetNVMLVersion(char *version, unsigned int length) {
    if (!store_open_from_environment()) return NVML_ERROR_UNKNOWN;
    CALL_SCOPE; /* asked without init as well, as the real 535 answers it */
    REFUSE_UNLESS(call_enter_driver(&call, FN_nvmlSystemGetNVMLVersion, false));
    return put_text(call.scenario->nvml, version, length);
}

static nvmlReturn_t put_cuda(const struct call *call, int *version) {
    if (version == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    *version = (int)call->scenario->cuda;
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlSystemGetCudaDriverVersion(int *version) {
    DRIVER_CALL(nvmlSystemGetCudaDriverVersion);
    return put_cuda(&call, version);
}

EXPORT nvmlReturn_t nvmlSystemGetCudaDriverVersion_v2(int *version) {
    DRIVER_CALL(nvmlSystemGetCudaDriverVersion_v2);
    return put_cuda(&call, version);
}

EXPORT nvmlReturn_t nvmlSystemGetProcessName(unsigned int pid, char *name, unsigned int length) {
    DRIVER_CALL(nvmlSystemGetProcessName);
    if (name == NULL || length == 0) return NVML_ERROR_INVALID_ARGUMENT;
    for (unsigned int gpu = 0; gpu < call.scenario->gpu_count; gpu++) {
        const struct process *process = call.scenario->gpus[gpu].processes;
        for (; process != NULL; process = process->next) {
            if (process->pid != pid || !process_runs(process, call.now)) continue;
            snprintf(name, length, "%s", process->name);
            return NVML_SUCCESS;
        }
    }
    return NVML_ERROR_NOT_FOUND;
}

EXPORT nvmlReturn_t nvmlSystemGetDriverBranch(nvmlSystemDriverBranchInfo_v1_t *info, unsigned int length) {
    DRIVER_CALL(nvmlSystemGetDriverBranch);
    if (info == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (info->version != STRUCT_VERSION(nvmlSystemDriverBranchInfo_v1_t, 1)) {
        return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    }
    if (call.scenario->branch == NULL) return NVML_ERROR_NOT_SUPPORTED;
    return put_text(call.scenario->branch, info->branch, length < sizeof info->branch ? length : sizeof info->branch);
}

EXPORT nvmlReturn_t nvmlSystemGetConfComputeState(nvmlConfComputeSystemState_t *state) {
    DRIVER_CALL(nvmlSystemGetConfComputeState);
    if (state == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    state->environment = call.scenario->conf_compute[0];
    state->ccFeature = call.scenario->conf_compute[1];
    state->devToolsMode = call.scenario->conf_compute[2];
    return NVML_SUCCESS;
}

static nvmlReturn_t put_none(unsigned int *count) {
    if (count == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    *count = 0;
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlSystemGetHicVersion(unsigned int *count, void *entries) {
    (void)entries;
    DRIVER_CALL(nvmlSystemGetHicVersion);
    return put_none(count);
}

EXPORT nvmlReturn_t nvmlUnitGetCount(unsigned int *count) {
    DRIVER_CALL(nvmlUnitGetCount);
    return put_none(count);
}

EXPORT nvmlReturn_t nvmlGetExcludedDeviceCount(unsigned int *count) {
    DRIVER_CALL(nvmlGetExcludedDeviceCount);
    return put_none(count);
}
