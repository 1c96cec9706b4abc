/* Temperatures, their limits, and fans. */
#include <math.h>

#include "simulator.h"

EXPORT nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t device, unsigned int sensor, unsigned int *celsius) {
    CALL(nvmlDeviceGetTemperature, device);
    return sensor != 0 ? NVML_ERROR_INVALID_ARGUMENT : put_unsigned(&call, KEY_temperature_gpu, celsius);
}

EXPORT nvmlReturn_t nvmlDeviceGetTemperatureV(nvmlDevice_t device, nvmlTemperature_v1_t *out) {
    CALL(nvmlDeviceGetTemperatureV, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (out->version != STRUCT_VERSION(nvmlTemperature_v1_t, 1)) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    if (out->sensorType != 0) return NVML_ERROR_INVALID_ARGUMENT;
    if (!has(&call, KEY_temperature_gpu)) return NVML_ERROR_NOT_SUPPORTED;
    out->temperature = (int)lround(number(&call, KEY_temperature_gpu, 0));
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetTemperatureThreshold(nvmlDevice_t device, unsigned int type, unsigned int *celsius) {
    CALL(nvmlDeviceGetTemperatureThreshold, device);
    if (type > 7) return NVML_ERROR_INVALID_ARGUMENT;
    if (type == 7) return NVML_ERROR_NOT_SUPPORTED;
    return put_unsigned(&call, (enum key)(KEY_temperature_threshold_shutdown + type), celsius);
}

EXPORT nvmlReturn_t nvmlDeviceGetMarginTemperature(nvmlDevice_t device, nvmlMarginTemperature_v1_t *out) {
    CALL(nvmlDeviceGetMarginTemperature, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (out->version != STRUCT_VERSION(nvmlMarginTemperature_v1_t, 1)) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    if (!has(&call, KEY_temperature_margin)) return NVML_ERROR_NOT_SUPPORTED;
    out->marginTemperature = (int)lround(number(&call, KEY_temperature_margin, 0));
    return NVML_SUCCESS;
}

/* Sensors: 0 the GPU, 1 its memory; 15 asks for all. */
EXPORT nvmlReturn_t nvmlDeviceGetThermalSettings(nvmlDevice_t device, unsigned int index,
                                                 nvmlGpuThermalSettings_t *out) {
    static const struct {
        enum key key;
        int target;
    } sensors[] = {{KEY_temperature_gpu, 1}, {KEY_temperature_memory, 2}};
    CALL(nvmlDeviceGetThermalSettings, device);
    if (out == NULL || (index > 2 && index != 15)) return NVML_ERROR_INVALID_ARGUMENT;
    *out = (nvmlGpuThermalSettings_t){0};
    for (unsigned int sensor = 0; sensor < 2; sensor++) {
        if ((index != 15 && index != sensor) || !has(&call, sensors[sensor].key)) continue;
        unsigned int place = out->count++;
        out->sensor[place].controller = 1;
        out->sensor[place].defaultMaxTemp = 127;
        out->sensor[place].currentTemp = (int)lround(number(&call, sensors[sensor].key, 0));
        out->sensor[place].target = sensors[sensor].target;
    }
    return out->count == 0 ? NVML_ERROR_NOT_SUPPORTED : NVML_SUCCESS;
}

static unsigned int fans(const struct call *call) {
    return (unsigned int)whole(number(call, KEY_fan_count, has(call, KEY_fan_speed) ? 1 : 0));
}

static nvmlReturn_t put_fan(const struct call *call, enum key key, unsigned int fan, unsigned int *out) {
    if (fans(call) == 0) return NVML_ERROR_NOT_SUPPORTED;
    return fan >= fans(call) ? NVML_ERROR_INVALID_ARGUMENT : put_unsigned(call, key, out);
}

EXPORT nvmlReturn_t nvmlDeviceGetNumFans(nvmlDevice_t device, unsigned int *count) {
    CALL(nvmlDeviceGetNumFans, device);
    if (count == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    *count = fans(&call);
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetFanSpeed(nvmlDevice_t device, unsigned int *percent) {
    CALL(nvmlDeviceGetFanSpeed, device);
    return put_fan(&call, KEY_fan_speed, 0, percent);
}

EXPORT nvmlReturn_t nvmlDeviceGetFanSpeed_v2(nvmlDevice_t device, unsigned int fan, unsigned int *percent) {
    CALL(nvmlDeviceGetFanSpeed_v2, device);
    return put_fan(&call, KEY_fan_speed, fan, percent);
}

EXPORT nvmlReturn_t nvmlDeviceGetTargetFanSpeed(nvmlDevice_t device, unsigned int fan, unsigned int *percent) {
    CALL(nvmlDeviceGetTargetFanSpeed, device);
    return put_fan(&call, has(&call, KEY_fan_target) ? KEY_fan_target : KEY_fan_speed, fan, percent);
}

EXPORT nvmlReturn_t nvmlDeviceGetFanSpeedRPM(nvmlDevice_t device, nvmlFanSpeedInfo_v1_t *out) {
    CALL(nvmlDeviceGetFanSpeedRPM, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (out->version != STRUCT_VERSION(nvmlFanSpeedInfo_v1_t, 1)) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    return put_fan(&call, KEY_fan_rpm, out->fan, &out->speed);
}
