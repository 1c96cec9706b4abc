/* GPU performance monitoring: two samples, and metrics over the time between them. */
#include <stdlib.h>

#include "simulator.h"

struct nvmlGpmSample_st {
    bool taken;
    unsigned int gpu;
    double at;
};

static const struct {
    unsigned int metric;
    enum key key;
    const char *short_name, *long_name, *unit;
} metrics[] = {{1, KEY_gpm_graphics, "GRUtil", "Graphics Engine Utilization", "%"},
               {2, KEY_gpm_sm_activity, "SMUtil", "SM Activity", "%"},
               {3, KEY_gpm_sm_occupancy, "SMOccu", "SM Occupancy", "%"},
               {4, KEY_gpm_integer, "INTUtil", "Integer Activity", "%"},
               {5, KEY_gpm_tensor, "AnyTensor", "Any Tensor Activity", "%"},
               {10, KEY_gpm_dram_activity, "DRAMBW", "DRAM Activity", "%"},
               {11, KEY_gpm_fp64, "FP64", "FP64 Activity", "%"},
               {12, KEY_gpm_fp32, "FP32", "FP32 Activity", "%"},
               {13, KEY_gpm_fp16, "FP16", "FP16 Activity", "%"},
               {20, KEY_gpm_pcie_tx, "PCIeTx", "PCIe Transmit", "MiB/s"},
               {21, KEY_gpm_pcie_rx, "PCIeRx", "PCIe Receive", "MiB/s"},
               {60, KEY_gpm_nvlink_rx, "NVLRx", "NVLink Receive, all links", "MiB/s"},
               {61, KEY_gpm_nvlink_tx, "NVLTx", "NVLink Transmit, all links", "MiB/s"}};

EXPORT nvmlReturn_t nvmlGpmQueryDeviceSupport(nvmlDevice_t device, nvmlGpmSupport_t *out) {
    CALL(nvmlGpmQueryDeviceSupport, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (out->version != 1) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    out->isSupportedDevice = number(&call, KEY_gpm_supported, 0) != 0;
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlGpmSampleAlloc(nvmlGpmSample_t *out) {
    DRIVER_CALL(nvmlGpmSampleAlloc);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    *out = calloc(1, sizeof **out);
    if (*out == NULL) return NVML_ERROR_MEMORY;
    handles_count(1);
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlGpmSampleFree(nvmlGpmSample_t sample) {
    DRIVER_CALL(nvmlGpmSampleFree);
    if (sample == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    free(sample);
    handles_count(-1);
    return NVML_SUCCESS;
}

static nvmlReturn_t take(const struct call *call, nvmlGpmSample_t sample) {
    if (sample == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (number(call, KEY_gpm_supported, 0) == 0) return NVML_ERROR_NOT_SUPPORTED;
    *sample = (struct nvmlGpmSample_st){true, call->index, call->now};
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlGpmSampleGet(nvmlDevice_t device, nvmlGpmSample_t sample) {
    CALL(nvmlGpmSampleGet, device);
    return take(&call, sample);
}

EXPORT nvmlReturn_t nvmlGpmMigSampleGet(nvmlDevice_t device, unsigned int gpu_instance, nvmlGpmSample_t sample) {
    CALL(nvmlGpmMigSampleGet, device);
    for (unsigned int index = 0; index < MAX_MIG; index++) {
        const struct mig *mig = &call.gpu->mig[index];
        if (mig->present && mig->gpu_instance == gpu_instance) return take(&call, sample);
    }
    return NVML_ERROR_INVALID_ARGUMENT;
}

static const struct value *metric_value(const struct gpu *gpu, nvmlGpmMetric_t *metric) {
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        if (metrics[i].metric != metric->metricId) continue;
        metric->metricInfo.shortName = (char *)metrics[i].short_name;
        metric->metricInfo.longName = (char *)metrics[i].long_name;
        metric->metricInfo.unit = (char *)metrics[i].unit;
        if (gpu->values[metrics[i].key].kind == NUMBER) return &gpu->values[metrics[i].key];
    }
    for (const struct gpm_value *own = gpu->gpm; own != NULL; own = own->next) {
        if (own->metric == metric->metricId) return &own->value;
    }
    return NULL;
}

/* The value in the middle of the two samples stands for the mean between them. */
EXPORT nvmlReturn_t nvmlGpmMetricsGet(nvmlGpmMetricsGet_t *request) {
    DRIVER_CALL(nvmlGpmMetricsGet);
    if (request == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (request->version != 1) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    struct nvmlGpmSample_st *one = request->sample1, *two = request->sample2;
    if (one == NULL || two == NULL || !one->taken || !two->taken || one->gpu != two->gpu) {
        return NVML_ERROR_INVALID_ARGUMENT;
    }
    if (request->numMetrics == 0 || request->numMetrics > 333) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(call_enter_gpu(&call, FN_nvmlGpmMetricsGet, one->gpu));
    for (unsigned int i = 0; i < request->numMetrics; i++) {
        nvmlGpmMetric_t *metric = &request->metrics[i];
        const struct value *value = metric_value(call.gpu, metric);
        metric->nvmlReturn = value == NULL ? NVML_ERROR_NOT_SUPPORTED : NVML_SUCCESS;
        metric->value = value == NULL ? 0 : value_at(value, (one->at + two->at) / 2);
    }
    return NVML_SUCCESS;
}
