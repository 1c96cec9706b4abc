/* Event sets: a wait gives the next scripted event, or TIMEOUT when none has come in time. */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "simulator.h"

struct nvmlEventSet_st {
    pthread_mutex_t lock; /* held for a look at the fields, never while waiting */
    unsigned long long types[MAX_GPUS];
    double seen_at;      /* the last event given, or the time of creation */
    unsigned int seen;   /* how many events of exactly that time were given */
};

EXPORT nvmlReturn_t nvmlEventSetCreate(nvmlEventSet_t *out) {
    DRIVER_CALL(nvmlEventSetCreate);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    struct nvmlEventSet_st *set = calloc(1, sizeof *set);
    if (set == NULL) return NVML_ERROR_MEMORY;
    pthread_mutex_init(&set->lock, NULL);
    set->seen_at = call.now;
    *out = set;
    handles_count(1);
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlEventSetFree(nvmlEventSet_t set) {
    DRIVER_CALL(nvmlEventSetFree);
    if (set == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    pthread_mutex_destroy(&set->lock);
    free(set);
    handles_count(-1);
    return NVML_SUCCESS;
}

static unsigned long long supported(const struct call *call) {
    return whole(number(call, KEY_events_supported, 0x1f));
}

EXPORT nvmlReturn_t nvmlDeviceGetSupportedEventTypes(nvmlDevice_t device, unsigned long long *types) {
    CALL(nvmlDeviceGetSupportedEventTypes, device);
    if (types == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    *types = supported(&call);
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceRegisterEvents(nvmlDevice_t device, unsigned long long types, nvmlEventSet_t set) {
    CALL(nvmlDeviceRegisterEvents, device);
    if (set == NULL || types == 0) return NVML_ERROR_INVALID_ARGUMENT;
    if ((types & ~supported(&call)) != 0) return NVML_ERROR_NOT_SUPPORTED;
    pthread_mutex_lock(&set->lock);
    set->types[call.index] |= types;
    pthread_mutex_unlock(&set->lock);
    return NVML_SUCCESS;
}

static bool take_next(struct nvmlEventSet_st *set, const struct scenario *scenario, double now, struct event *out) {
    unsigned int same_time = 0;
    for (unsigned int i = 0; i < scenario->event_count; i++) {
        const struct event *event = &scenario->events[i];
        if (event->at > now) return false;
        same_time = i > 0 && scenario->events[i - 1].at == event->at ? same_time + 1 : 0;
        bool given = event->at < set->seen_at || (event->at == set->seen_at && same_time < set->seen);
        if (given || (set->types[event->gpu] & event->type) == 0) continue;
        set->seen_at = event->at;
        set->seen = same_time + 1;
        *out = *event;
        return true;
    }
    return false;
}

static double monotonic(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Looks every 10 ms at most, so that a pinned clock, a time scale and a new version of the file all take effect. */
static nvmlReturn_t wait_for(struct call *call, struct nvmlEventSet_st *set, unsigned int timeout_ms,
                             struct event *event) {
    double end = monotonic() + timeout_ms / 1000.0;
    while (true) {
        pthread_mutex_lock(&set->lock);
        bool found = take_next(set, call->scenario, store_now(), event);
        pthread_mutex_unlock(&set->lock);
        if (found) return NVML_SUCCESS;
        if (monotonic() >= end) return NVML_ERROR_TIMEOUT;
        call_leave(call);
        nanosleep(&(struct timespec){0, 10000000}, NULL);
        call->scenario = store_acquire();
    }
}

static nvmlReturn_t wait(struct call *call, nvmlEventSet_t set, nvmlEventData_t *data, unsigned int timeout_ms,
                         bool with_instances) {
    struct event event;
    if (set == NULL || data == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(wait_for(call, set, timeout_ms, &event));
    data->device = device_handle(event.gpu, -1);
    data->eventType = event.type;
    data->eventData = event.data;
    if (with_instances) {
        data->gpuInstanceId = event.gpu_instance;
        data->computeInstanceId = event.compute_instance;
    }
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlEventSetWait(nvmlEventSet_t set, nvmlEventData_t *data, unsigned int timeout_ms) {
    DRIVER_CALL(nvmlEventSetWait);
    return wait(&call, set, data, timeout_ms, false);
}

EXPORT nvmlReturn_t nvmlEventSetWait_v2(nvmlEventSet_t set, nvmlEventData_t *data, unsigned int timeout_ms) {
    DRIVER_CALL(nvmlEventSetWait_v2);
    return wait(&call, set, data, timeout_ms, true);
}
