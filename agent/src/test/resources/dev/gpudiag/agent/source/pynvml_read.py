"""Reads every GPU through NVIDIA's own Python binding and prints the values by gpudiag's quantity ids, as JSON."""
import json
import sys

import pynvml as n


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def readings(h):
    memory = lambda: n.nvmlDeviceGetMemoryInfo(h, version=n.nvmlMemory_v2)
    bar1 = lambda: n.nvmlDeviceGetBAR1MemoryInfo(h)
    rates = lambda: n.nvmlDeviceGetUtilizationRates(h)
    limits = lambda: n.nvmlDeviceGetPowerManagementLimitConstraints(h)
    ecc = lambda error, counter: n.nvmlDeviceGetTotalEccErrors(h, error, counter)
    clock = lambda kind: n.nvmlDeviceGetClockInfo(h, kind) * 1_000_000
    top = lambda kind: n.nvmlDeviceGetMaxClockInfo(h, kind) * 1_000_000
    threshold = lambda kind: n.nvmlDeviceGetTemperatureThreshold(h, kind)
    remapped = lambda index: n.nvmlDeviceGetRemappedRows(h)[index]
    capability = lambda: "%d.%d" % tuple(n.nvmlDeviceGetCudaComputeCapability(h))
    return {
        "serial": lambda: text(n.nvmlDeviceGetSerial(h)),
        "board_part_number": lambda: text(n.nvmlDeviceGetBoardPartNumber(h)),
        "vbios_version": lambda: text(n.nvmlDeviceGetVbiosVersion(h)),
        "inforom_image_version": lambda: text(n.nvmlDeviceGetInforomImageVersion(h)),
        "compute_capability": capability,
        "minor_number": lambda: n.nvmlDeviceGetMinorNumber(h),
        "memory_total_bytes": lambda: memory().total,
        "memory_used_bytes": lambda: memory().used,
        "memory_free_bytes": lambda: memory().free,
        "memory_reserved_bytes": lambda: memory().reserved,
        "bar1_total_bytes": lambda: bar1().bar1Total,
        "bar1_used_bytes": lambda: bar1().bar1Used,
        "bar1_free_bytes": lambda: bar1().bar1Free,
        "utilization_gpu_ratio": lambda: rates().gpu / 100,
        "utilization_memory_ratio": lambda: rates().memory / 100,
        "utilization_encoder_ratio": lambda: n.nvmlDeviceGetEncoderUtilization(h)[0] / 100,
        "utilization_decoder_ratio": lambda: n.nvmlDeviceGetDecoderUtilization(h)[0] / 100,
        "temperature_gpu_celsius": lambda: n.nvmlDeviceGetTemperature(h, n.NVML_TEMPERATURE_GPU),
        "threshold_shutdown_celsius": lambda: threshold(n.NVML_TEMPERATURE_THRESHOLD_SHUTDOWN),
        "threshold_slowdown_celsius": lambda: threshold(n.NVML_TEMPERATURE_THRESHOLD_SLOWDOWN),
        "threshold_gpu_max_celsius": lambda: threshold(n.NVML_TEMPERATURE_THRESHOLD_GPU_MAX),
        "threshold_memory_max_celsius": lambda: threshold(n.NVML_TEMPERATURE_THRESHOLD_MEM_MAX),
        "fan_speed_ratio": lambda: n.nvmlDeviceGetFanSpeed(h) / 100,
        "power_usage_watts": lambda: n.nvmlDeviceGetPowerUsage(h) / 1000,
        "power_limit_enforced_watts": lambda: n.nvmlDeviceGetEnforcedPowerLimit(h) / 1000,
        "power_limit_default_watts": lambda: n.nvmlDeviceGetPowerManagementDefaultLimit(h) / 1000,
        "power_limit_min_watts": lambda: limits()[0] / 1000,
        "power_limit_max_watts": lambda: limits()[1] / 1000,
        "energy_joules": lambda: n.nvmlDeviceGetTotalEnergyConsumption(h) / 1000,
        "clock_graphics_hertz": lambda: clock(n.NVML_CLOCK_GRAPHICS),
        "clock_sm_hertz": lambda: clock(n.NVML_CLOCK_SM),
        "clock_memory_hertz": lambda: clock(n.NVML_CLOCK_MEM),
        "clock_video_hertz": lambda: clock(n.NVML_CLOCK_VIDEO),
        "clock_max_graphics_hertz": lambda: top(n.NVML_CLOCK_GRAPHICS),
        "clock_max_memory_hertz": lambda: top(n.NVML_CLOCK_MEM),
        "clock_event_reasons": lambda: n.nvmlDeviceGetCurrentClocksThrottleReasons(h),
        "clock_event_reasons_supported": lambda: n.nvmlDeviceGetSupportedClocksThrottleReasons(h),
        "performance_state": lambda: n.nvmlDeviceGetPerformanceState(h),
        "ecc_mode": lambda: bool(n.nvmlDeviceGetEccMode(h)[0]),
        "ecc_mode_pending": lambda: bool(n.nvmlDeviceGetEccMode(h)[1]),
        "ecc_volatile_corrected": lambda: ecc(n.NVML_MEMORY_ERROR_TYPE_CORRECTED, n.NVML_VOLATILE_ECC),
        "ecc_volatile_uncorrected": lambda: ecc(n.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, n.NVML_VOLATILE_ECC),
        "ecc_aggregate_corrected": lambda: ecc(n.NVML_MEMORY_ERROR_TYPE_CORRECTED, n.NVML_AGGREGATE_ECC),
        "ecc_aggregate_uncorrected": lambda: ecc(n.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, n.NVML_AGGREGATE_ECC),
        "remapped_rows_correctable": lambda: remapped(0),
        "remapped_rows_uncorrectable": lambda: remapped(1),
        "remapped_rows_pending": lambda: bool(remapped(2)),
        "remapped_rows_failure": lambda: bool(remapped(3)),
        "pcie_generation": lambda: n.nvmlDeviceGetCurrPcieLinkGeneration(h),
        "pcie_generation_max": lambda: n.nvmlDeviceGetMaxPcieLinkGeneration(h),
        "pcie_width": lambda: n.nvmlDeviceGetCurrPcieLinkWidth(h),
        "pcie_width_max": lambda: n.nvmlDeviceGetMaxPcieLinkWidth(h),
        "pcie_replays_total": lambda: n.nvmlDeviceGetPcieReplayCounter(h),
        "pcie_transmit_bytes_per_second": lambda: n.nvmlDeviceGetPcieThroughput(h, n.NVML_PCIE_UTIL_TX_BYTES) * 1024,
        "persistence_mode": lambda: bool(n.nvmlDeviceGetPersistenceMode(h)),
        "mig_mode": lambda: bool(n.nvmlDeviceGetMigMode(h)[0]),
    }


def read(call):
    try:
        return {"value": call()}
    except n.NVMLError as e:
        return {"code": e.value}


def processes(h):
    try:
        return sorted([p.pid, p.usedGpuMemory] for p in n.nvmlDeviceGetComputeRunningProcesses(h))
    except n.NVMLError as e:
        return {"code": e.value}


def gpu(index):
    try:
        h = n.nvmlDeviceGetHandleByIndex(index)
    except n.NVMLError as e:
        return {"code": e.value}
    return {
        "uuid": read(lambda: text(n.nvmlDeviceGetUUID(h))),
        "name": read(lambda: text(n.nvmlDeviceGetName(h))),
        "readings": {name: read(call) for name, call in readings(h).items()},
        "processes": processes(h),
    }


n.nvmlInit()
json.dump(
    {
        "driver_version": text(n.nvmlSystemGetDriverVersion()),
        "gpus": [gpu(index) for index in range(n.nvmlDeviceGetCount())],
    },
    sys.stdout,
)
