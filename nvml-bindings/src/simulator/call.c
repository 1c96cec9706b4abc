/* What every call goes through: the scripted faults first, then the values. */
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "simulator.h"

atomic_uint initialised;

static pthread_mutex_t one_lock = PTHREAD_MUTEX_INITIALIZER;

/* Row MAX_GPUS counts calls of the driver as a whole; column FN_COUNT counts every function. */
static atomic_uint_fast64_t calls[MAX_GPUS + 1][FN_COUNT + 1];
static atomic_bool is_lost[MAX_GPUS], needs_reset[MAX_GPUS];

void faults_reset(void) {
    for (int row = 0; row <= MAX_GPUS; row++) {
        for (int function = 0; function <= FN_COUNT; function++) atomic_store(&calls[row][function], 0);
    }
    for (int gpu = 0; gpu < MAX_GPUS; gpu++) {
        atomic_store(&is_lost[gpu], false);
        atomic_store(&needs_reset[gpu], false);
    }
}

static bool fires(const struct trigger *trigger, double now, uint64_t count) {
    switch (trigger->kind) {
        case NOW:
            return true;
        case AT_TIME:
            return now >= trigger->at;
        case AFTER_CALLS:
            return count > trigger->calls;
        default:
            return false;
    }
}

/* Never returns: as a thread stuck in the driver, it takes no signal and nothing wakes it. */
static _Noreturn void hang(struct call *call) {
    call_leave(call);
    sigset_t every;
    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, NULL);
    for (;;) sigsuspend(&every);
}

static void answer_late(struct call *call, double seconds) {
    struct scenario *held = call->scenario;
    struct timespec left = {(time_t)seconds, (long)(fmod(seconds, 1) * 1e9)};
    call->scenario = NULL;
    store_release(held);
    while (nanosleep(&left, &left) != 0) {
    }
    call->scenario = store_acquire();
}

/* Waits while the clock is in the window, looking every 10 ms: the file may change, and then no longer say so. */
static void stall(struct call *call, const struct fault *(*find)(const struct call *, enum function),
                  enum function function) {
    const struct fault *fault = find(call, function);
    while (fault != NULL && !store_pinned() && store_now() >= fault->stall_from && store_now() < fault->stall_until) {
        answer_late(call, 0.01);
        fault = call->scenario == NULL ? NULL : find(call, function);
    }
    call->now = store_now();
}

static nvmlReturn_t strike(struct call *call, const struct fault *fault, uint64_t count) {
    if (fires(&fault->crashes, call->now, count)) {
        signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
    }
    if (fires(&fault->hangs, call->now, count)) hang(call);
    if (fault->has_code && fires(&fault->returns, call->now, count)) return fault->code;
    return NVML_SUCCESS;
}

/* Where the faults of a call lie, found anew after each wait: the file may have been read again meanwhile. */
struct faults {
    const struct fault *(*one)(const struct call *, enum function);
    const struct fault *(*every)(const struct call *, enum function);
    int row;
};

static const struct fault *driver_one(const struct call *call, enum function function) {
    return &call->scenario->driver_faults[function];
}

static const struct fault *driver_every(const struct call *call, enum function function) {
    (void)function;
    return &call->scenario->driver_every;
}

static const struct fault *gpu_one(const struct call *call, enum function function) {
    return call->index < call->scenario->gpu_count ? &call->scenario->gpus[call->index].faults[function] : NULL;
}

static const struct fault *gpu_every(const struct call *call, enum function function) {
    (void)function;
    return call->index < call->scenario->gpu_count ? &call->scenario->gpus[call->index].every : NULL;
}

static nvmlReturn_t strike_both(struct call *call, const struct faults *faults, enum function function) {
    uint64_t count = atomic_fetch_add_explicit(&calls[faults->row][function], 1, memory_order_relaxed) + 1;
    uint64_t total = atomic_fetch_add_explicit(&calls[faults->row][FN_COUNT], 1, memory_order_relaxed) + 1;
    stall(call, faults->every, function);
    if (call->scenario != NULL) stall(call, faults->one, function);
    if (call->scenario == NULL || faults->one(call, function) == NULL) return NVML_ERROR_UNKNOWN;
    double slow = fmax(faults->one(call, function)->slow_seconds, faults->every(call, function)->slow_seconds);
    nvmlReturn_t code = strike(call, faults->every(call, function), total);
    if (code == NVML_SUCCESS) code = strike(call, faults->one(call, function), count);
    if (slow > 0) answer_late(call, slow);
    return code;
}

/* Behind one lock where the scenario wants it, as in the real driver: who waits in it keeps everybody else out. */
static nvmlReturn_t strike_locked(struct call *call, const struct faults *faults, enum function function) {
    if (!call->scenario->one_lock) return strike_both(call, faults, function);
    call_leave(call); /* nothing is held while it waits */
    pthread_mutex_lock(&one_lock);
    call->scenario = store_acquire();
    call->now = store_now();
    nvmlReturn_t code = call->scenario == NULL ? NVML_ERROR_UNKNOWN : strike_both(call, faults, function);
    pthread_mutex_unlock(&one_lock);
    return code;
}

nvmlReturn_t call_enter_driver(struct call *call, enum function function, bool needs_init) {
    if (needs_init && atomic_load(&initialised) == 0) return NVML_ERROR_UNINITIALIZED;
    call->scenario = store_acquire();
    if (call->scenario == NULL) return NVML_ERROR_UNKNOWN;
    call->now = store_now();
    static const struct faults driver = {driver_one, driver_every, MAX_GPUS};
    return strike_locked(call, &driver, function);
}

/* Once lost, lost until the scenario is opened anew, or its file no longer says so. */
static bool latched(const struct trigger *trigger, atomic_bool *latch, double now, uint64_t count) {
    if (trigger->kind == NEVER) {
        atomic_store(latch, false);
        return false;
    }
    if (!atomic_load(latch) && fires(trigger, now, count)) atomic_store(latch, true);
    return atomic_load(latch);
}

nvmlReturn_t call_enter_gpu(struct call *call, enum function function, unsigned int index) {
    if (call->scenario == NULL || index >= call->scenario->gpu_count) return NVML_ERROR_INVALID_ARGUMENT;
    struct faults faults = {gpu_one, gpu_every, (int)index};
    call->index = index;
    uint64_t total = atomic_load_explicit(&calls[index][FN_COUNT], memory_order_relaxed) + 1;
    nvmlReturn_t code = strike_locked(call, &faults, function);
    if (call->scenario == NULL || index >= call->scenario->gpu_count) return NVML_ERROR_UNKNOWN;
    call->gpu = &call->scenario->gpus[index]; /* a slow answer may have met a new version of the file */
    if (latched(&call->gpu->lost, &is_lost[index], call->now, total)) return NVML_ERROR_GPU_IS_LOST;
    if (latched(&call->gpu->reset_required, &needs_reset[index], call->now, total)) return NVML_ERROR_RESET_REQUIRED;
    return code;
}

/* What a MIG device answers; anything else about it is not supported. */
static bool answers_for_mig(enum function function) {
    switch (function) {
        case FN_nvmlDeviceGetName:
        case FN_nvmlDeviceGetUUID:
        case FN_nvmlDeviceGetIndex:
        case FN_nvmlDeviceGetMemoryInfo:
        case FN_nvmlDeviceGetMemoryInfo_v2:
        case FN_nvmlDeviceGetAttributes:
        case FN_nvmlDeviceGetAttributes_v2:
        case FN_nvmlDeviceGetGpuInstanceId:
        case FN_nvmlDeviceGetComputeInstanceId:
        case FN_nvmlDeviceIsMigDeviceHandle:
        case FN_nvmlDeviceGetDeviceHandleFromMigDeviceHandle:
        case FN_nvmlDeviceGetMigMode:
        case FN_nvmlDeviceGetMaxMigDeviceCount:
        case FN_nvmlDeviceGetComputeRunningProcesses:
        case FN_nvmlDeviceGetComputeRunningProcesses_v2:
        case FN_nvmlDeviceGetComputeRunningProcesses_v3:
        case FN_nvmlDeviceGetGraphicsRunningProcesses:
        case FN_nvmlDeviceGetGraphicsRunningProcesses_v2:
        case FN_nvmlDeviceGetGraphicsRunningProcesses_v3:
        case FN_nvmlDeviceGetMPSComputeRunningProcesses:
        case FN_nvmlDeviceGetMPSComputeRunningProcesses_v2:
        case FN_nvmlDeviceGetMPSComputeRunningProcesses_v3:
            return true;
        default:
            return false;
    }
}

nvmlReturn_t call_enter(struct call *call, enum function function, nvmlDevice_t device) {
    nvmlReturn_t code = call_enter_driver(call, function, true);
    if (code != NVML_SUCCESS) return code;
    if (!device_known(device)) return NVML_ERROR_INVALID_ARGUMENT;
    code = call_enter_gpu(call, function, device->gpu);
    if (code != NVML_SUCCESS || device->mig < 0) return code;
    call->mig = &call->gpu->mig[device->mig];
    if (!call->mig->present) return NVML_ERROR_INVALID_ARGUMENT;
    return answers_for_mig(function) ? NVML_SUCCESS : NVML_ERROR_NOT_SUPPORTED;
}

void call_leave(struct call *call) {
    struct scenario *scenario = call->scenario;
    call->scenario = NULL;
    if (scenario != NULL) store_release(scenario);
}

bool has(const struct call *call, enum key key) {
    return call->gpu->values[key].kind != ABSENT;
}

double number(const struct call *call, enum key key, double otherwise) {
    const struct value *value = &call->gpu->values[key];
    return value->kind == NUMBER ? value_at(value, call->now) : otherwise;
}

/* Counters and sizes: rounded to the nearest, never below zero. */
unsigned long long whole(double number) {
    return number <= 0 ? 0 : (unsigned long long)(number + 0.5);
}

nvmlReturn_t put_unsigned(const struct call *call, enum key key, unsigned int *out) {
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (!has(call, key)) return NVML_ERROR_NOT_SUPPORTED;
    *out = (unsigned int)whole(number(call, key, 0));
    return NVML_SUCCESS;
}

nvmlReturn_t put_long(const struct call *call, enum key key, unsigned long long *out) {
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (!has(call, key)) return NVML_ERROR_NOT_SUPPORTED;
    *out = whole(number(call, key, 0));
    return NVML_SUCCESS;
}

nvmlReturn_t put_text(const char *text, char *out, unsigned int length) {
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    size_t size = strlen(text) + 1;
    if (length < size) return NVML_ERROR_INSUFFICIENT_SIZE;
    memcpy(out, text, size);
    return NVML_SUCCESS;
}

nvmlReturn_t put_key_text(const struct call *call, enum key key, char *out, unsigned int length) {
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    return has(call, key) ? put_text(call->gpu->values[key].text, out, length) : NVML_ERROR_NOT_SUPPORTED;
}

/* The two-call protocol: too little room gives the count and INSUFFICIENT_SIZE. */
nvmlReturn_t put_entries(unsigned int available, unsigned int *count, bool has_room) {
    unsigned int room = *count;
    *count = available;
    if (available == 0) return NVML_SUCCESS;
    if (room < available) return NVML_ERROR_INSUFFICIENT_SIZE;
    return has_room ? NVML_SUCCESS : NVML_ERROR_INVALID_ARGUMENT;
}

bool mig_enabled(const struct call *call) {
    return number(call, KEY_mig_mode_current, 0) != 0;
}
