/* Utilization, and the driver's own buffers of past samples. Not available while MIG is on. */
#include <math.h>

#include "simulator.h"

EXPORT nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t *out) {
    CALL(nvmlDeviceGetUtilizationRates, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (mig_enabled(&call) || !has(&call, KEY_utilization_gpu)) return NVML_ERROR_NOT_SUPPORTED;
    out->gpu = (unsigned int)whole(number(&call, KEY_utilization_gpu, 0));
    out->memory = (unsigned int)whole(number(&call, KEY_utilization_memory, 0));
    return NVML_SUCCESS;
}

#define ENGINE_ANSWER(function, key, period_us)                                                        \
    EXPORT nvmlReturn_t function(nvmlDevice_t device, unsigned int *percent, unsigned int *period) { \
        CALL(function, device);                                                                        \
        if (percent == NULL || period == NULL) return NVML_ERROR_INVALID_ARGUMENT;                     \
        if (mig_enabled(&call)) return NVML_ERROR_NOT_SUPPORTED;                                       \
        *period = period_us;                                                                           \
        return put_unsigned(&call, KEY_##key, percent);                                                \
    }
ENGINE_ANSWER(nvmlDeviceGetEncoderUtilization, utilization_encoder, 167000)
ENGINE_ANSWER(nvmlDeviceGetDecoderUtilization, utilization_decoder, 167000)
ENGINE_ANSWER(nvmlDeviceGetJpgUtilization, utilization_jpeg, 167000)
ENGINE_ANSWER(nvmlDeviceGetOfaUtilization, utilization_ofa, 167000)

/* Domains: 0 GPU, 1 framebuffer, 2 video, 3 bus. */
EXPORT nvmlReturn_t nvmlDeviceGetDynamicPstatesInfo(nvmlDevice_t device, nvmlGpuDynamicPstatesInfo_t *out) {
    CALL(nvmlDeviceGetDynamicPstatesInfo, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (mig_enabled(&call) || !has(&call, KEY_utilization_gpu)) return NVML_ERROR_NOT_SUPPORTED;
    *out = (nvmlGpuDynamicPstatesInfo_t){.flags = 1};
    for (int domain = 0; domain < 2; domain++) {
        out->utilization[domain].bIsPresent = 1;
        out->utilization[domain].percentage =
            (unsigned int)whole(number(&call, (enum key)(KEY_utilization_gpu + domain), 0));
    }
    return NVML_SUCCESS;
}

struct buffer {
    int key;
    double period;
};

/* Type of sample to key and spacing; the driver keeps some 120 of each. */
static const struct buffer buffers[] = {
    {KEY_power_usage, 0.1},         {KEY_utilization_gpu, 1.0 / 6},     {KEY_utilization_memory, 1.0 / 6},
    {KEY_utilization_encoder, 1.0 / 6}, {KEY_utilization_decoder, 1.0 / 6}, {KEY_clock_sm, 0.1},
    {KEY_clock_memory, 0.1},        {-1, 1},                            {KEY_utilization_jpeg, 1.0 / 6},
    {KEY_utilization_ofa, 1.0 / 6}};
enum { BUFFERED = 120 };

static unsigned long long stamp(const struct buffer *buffer, long long tick) {
    return store_epoch_microseconds((double)tick * buffer->period);
}

/* The first tick that is newer than what the caller saw last. */
static long long first_tick(const struct buffer *buffer, long long newest, unsigned long long last_seen) {
    long long tick = newest - BUFFERED + 1;
    while (tick <= newest && stamp(buffer, tick) <= last_seen) tick++;
    return tick;
}

EXPORT nvmlReturn_t nvmlDeviceGetSamples(nvmlDevice_t device, unsigned int type, unsigned long long last_seen,
                                         unsigned int *value_type, unsigned int *count, nvmlSample_t *samples) {
    CALL(nvmlDeviceGetSamples, device);
    if (type >= sizeof buffers / sizeof *buffers || count == NULL || value_type == NULL) {
        return NVML_ERROR_INVALID_ARGUMENT;
    }
    const struct buffer *buffer = &buffers[type];
    bool utilization = type != 0 && type != 5 && type != 6;
    if (buffer->key < 0 || !has(&call, (enum key)buffer->key) || (utilization && mig_enabled(&call))) {
        return NVML_ERROR_NOT_SUPPORTED;
    }
    *value_type = NVML_VALUE_TYPE_UNSIGNED_INT;
    if (samples == NULL) {
        *count = BUFFERED;
        return NVML_SUCCESS;
    }
    long long newest = (long long)floor(call.now / buffer->period);
    long long tick = first_tick(buffer, newest, last_seen);
    unsigned int room = *count, given = 0;
    for (; tick <= newest && given < room; tick++, given++) {
        double at = fmax(0, (double)tick * buffer->period);
        samples[given].timeStamp = stamp(buffer, tick);
        samples[given].sampleValue.ullVal = 0;
        samples[given].sampleValue.uiVal =
            (unsigned int)whole(value_at(&call.gpu->values[buffer->key], at));
    }
    *count = given;
    return given == 0 ? NVML_ERROR_NOT_FOUND : NVML_SUCCESS;
}

/* No encoder or capture session is ever open. */
EXPORT nvmlReturn_t nvmlDeviceGetEncoderStats(nvmlDevice_t device, unsigned int *sessions, unsigned int *fps,
                                              unsigned int *latency) {
    CALL(nvmlDeviceGetEncoderStats, device);
    if (sessions == NULL || fps == NULL || latency == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (!has(&call, KEY_utilization_encoder)) return NVML_ERROR_NOT_SUPPORTED;
    *sessions = *fps = *latency = 0;
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetFBCStats(nvmlDevice_t device, unsigned int stats[3]) {
    CALL(nvmlDeviceGetFBCStats, device);
    if (stats == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (!has(&call, KEY_utilization_encoder)) return NVML_ERROR_NOT_SUPPORTED;
    stats[0] = stats[1] = stats[2] = 0;
    return NVML_SUCCESS;
}
