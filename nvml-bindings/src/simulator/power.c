/* Power, energy, clocks, clock event reasons, performance state. */
#include "simulator.h"

#define UNSIGNED_ANSWER(function, key)                                        \
    EXPORT nvmlReturn_t function(nvmlDevice_t device, unsigned int *value) { \
        CALL(function, device);                                              \
        return put_unsigned(&call, KEY_##key, value);                        \
    }
UNSIGNED_ANSWER(nvmlDeviceGetPowerUsage, power_usage)
UNSIGNED_ANSWER(nvmlDeviceGetEnforcedPowerLimit, power_limit_enforced)
UNSIGNED_ANSWER(nvmlDeviceGetPowerManagementDefaultLimit, power_limit_default)
UNSIGNED_ANSWER(nvmlDeviceGetPowerSource, power_source)
UNSIGNED_ANSWER(nvmlDeviceGetPerformanceState, performance_state)
UNSIGNED_ANSWER(nvmlDeviceGetPowerState, performance_state)

EXPORT nvmlReturn_t nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t device, unsigned long long *millijoules) {
    CALL(nvmlDeviceGetTotalEnergyConsumption, device);
    return put_long(&call, KEY_energy, millijoules);
}

EXPORT nvmlReturn_t nvmlDeviceGetPowerManagementLimit(nvmlDevice_t device, unsigned int *milliwatts) {
    CALL(nvmlDeviceGetPowerManagementLimit, device);
    bool own = has(&call, KEY_power_limit_management);
    return put_unsigned(&call, own ? KEY_power_limit_management : KEY_power_limit_enforced, milliwatts);
}

EXPORT nvmlReturn_t nvmlDeviceGetPowerManagementLimitConstraints(nvmlDevice_t device, unsigned int *least,
                                                                 unsigned int *most) {
    CALL(nvmlDeviceGetPowerManagementLimitConstraints, device);
    REFUSE_UNLESS(put_unsigned(&call, KEY_power_limit_min, least));
    return put_unsigned(&call, KEY_power_limit_max, most);
}

EXPORT nvmlReturn_t nvmlDeviceGetPowerManagementMode(nvmlDevice_t device, unsigned int *mode) {
    CALL(nvmlDeviceGetPowerManagementMode, device);
    if (mode == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    *mode = 1;
    return has(&call, KEY_power_usage) ? NVML_SUCCESS : NVML_ERROR_NOT_SUPPORTED;
}

static nvmlReturn_t put_clock(const struct call *call, enum key first, unsigned int type, unsigned int *megahertz) {
    if (type > 3) return NVML_ERROR_INVALID_ARGUMENT;
    return put_unsigned(call, (enum key)(first + type), megahertz);
}

#define CLOCK_ANSWER(function, first)                                                               \
    EXPORT nvmlReturn_t function(nvmlDevice_t device, unsigned int type, unsigned int *megahertz) { \
        CALL(function, device);                                                                     \
        return put_clock(&call, KEY_##first, type, megahertz);                                      \
    }
CLOCK_ANSWER(nvmlDeviceGetClockInfo, clock_graphics)
CLOCK_ANSWER(nvmlDeviceGetMaxClockInfo, clock_max_graphics)
CLOCK_ANSWER(nvmlDeviceGetApplicationsClock, clock_applications_graphics)
CLOCK_ANSWER(nvmlDeviceGetDefaultApplicationsClock, clock_applications_graphics)

/* Ids: 0 current, 1 and 2 applications clock (target, default), 3 customer boost maximum. */
EXPORT nvmlReturn_t nvmlDeviceGetClock(nvmlDevice_t device, unsigned int type, unsigned int id,
                                       unsigned int *megahertz) {
    static const enum key firsts[] = {KEY_clock_graphics, KEY_clock_applications_graphics,
                                      KEY_clock_applications_graphics, KEY_clock_max_graphics};
    CALL(nvmlDeviceGetClock, device);
    return id > 3 ? NVML_ERROR_INVALID_ARGUMENT : put_clock(&call, firsts[id], type, megahertz);
}

#define REASONS_ANSWER(function)                                                     \
    EXPORT nvmlReturn_t function(nvmlDevice_t device, unsigned long long *reasons) { \
        CALL(function, device);                                                      \
        return put_long(&call, KEY_clock_event_reasons, reasons);                    \
    }
REASONS_ANSWER(nvmlDeviceGetCurrentClocksEventReasons)
REASONS_ANSWER(nvmlDeviceGetCurrentClocksThrottleReasons)

static nvmlReturn_t put_supported(const struct call *call, unsigned long long *reasons) {
    if (has(call, KEY_clock_event_reasons_supported)) return put_long(call, KEY_clock_event_reasons_supported, reasons);
    REFUSE_UNLESS(put_long(call, KEY_clock_event_reasons, reasons));
    *reasons = 0x1ff;
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetSupportedClocksEventReasons(nvmlDevice_t device, unsigned long long *reasons) {
    CALL(nvmlDeviceGetSupportedClocksEventReasons, device);
    return put_supported(&call, reasons);
}

EXPORT nvmlReturn_t nvmlDeviceGetSupportedClocksThrottleReasons(nvmlDevice_t device, unsigned long long *reasons) {
    CALL(nvmlDeviceGetSupportedClocksThrottleReasons, device);
    return put_supported(&call, reasons);
}

/* Both numbers are nanoseconds. */
EXPORT nvmlReturn_t nvmlDeviceGetViolationStatus(nvmlDevice_t device, unsigned int policy, nvmlViolationTime_t *out) {
    CALL(nvmlDeviceGetViolationStatus, device);
    if (out == NULL || policy > 11) return NVML_ERROR_INVALID_ARGUMENT;
    if (policy > 5) return NVML_ERROR_NOT_SUPPORTED;
    REFUSE_UNLESS(put_long(&call, (enum key)(KEY_violation_power + policy), &out->violationTime));
    out->referenceTime = store_epoch_microseconds(call.now) * 1000;
    return NVML_SUCCESS;
}
