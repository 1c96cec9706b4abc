"""Times what one fast sample of gpudiag reads, through NVIDIA's own Python binding; prints microseconds per sample."""
import statistics
import time
from ctypes import Structure, byref, c_int, c_uint

import pynvml as n

ROUNDS, BATCHES = 100, 9


class Margin(Structure):
    _fields_ = [("version", c_uint), ("value", c_int)]


def pair(name):
    """A utilization that this pynvml has no function for, in the form of those that it has."""
    def read(h):
        value, period = c_uint(), c_uint()
        n._nvmlCheckReturn(n._nvmlGetFunctionPointer(name)(h, byref(value), byref(period)))
        return [value.value, period.value]
    return read


def margin(h):
    answer = Margin(0x01000008, 0)
    n._nvmlCheckReturn(n._nvmlGetFunctionPointer("nvmlDeviceGetMarginTemperature")(h, byref(answer)))
    return answer.value


CALLS = [
    lambda h: n.nvmlDeviceGetMemoryInfo(h, version=n.nvmlMemory_v2),
    n.nvmlDeviceGetUtilizationRates,
    n.nvmlDeviceGetEncoderUtilization,
    n.nvmlDeviceGetDecoderUtilization,
    pair("nvmlDeviceGetJpgUtilization"),
    pair("nvmlDeviceGetOfaUtilization"),
    lambda h: n.nvmlDeviceGetTemperature(h, n.NVML_TEMPERATURE_GPU),
    margin,
    n.nvmlDeviceGetPowerUsage,
    n.nvmlDeviceGetTotalEnergyConsumption,
    lambda h: n.nvmlDeviceGetClockInfo(h, n.NVML_CLOCK_GRAPHICS),
    lambda h: n.nvmlDeviceGetClockInfo(h, n.NVML_CLOCK_SM),
    lambda h: n.nvmlDeviceGetClockInfo(h, n.NVML_CLOCK_MEM),
    lambda h: n.nvmlDeviceGetClockInfo(h, n.NVML_CLOCK_VIDEO),
    n.nvmlDeviceGetCurrentClocksThrottleReasons,
    n.nvmlDeviceGetPerformanceState,
    n.nvmlDeviceGetCurrPcieLinkGeneration,
    n.nvmlDeviceGetCurrPcieLinkWidth,
    lambda h: n.nvmlDeviceGetTotalEccErrors(h, n.NVML_MEMORY_ERROR_TYPE_CORRECTED, n.NVML_VOLATILE_ECC),
    lambda h: n.nvmlDeviceGetTotalEccErrors(h, n.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, n.NVML_VOLATILE_ECC),
    lambda h: n.nvmlDeviceGetProcessUtilization(h, 0),
    lambda h: [(p.pid, p.usedGpuMemory, n.nvmlSystemGetProcessName(p.pid))
               for p in n.nvmlDeviceGetComputeRunningProcesses(h)],
    n.nvmlDeviceGetGraphicsRunningProcesses,
    n.nvmlDeviceGetMPSComputeRunningProcesses,
]


def read(call, h):
    try:
        return call(h)
    except n.NVMLError as e:
        return e


def sample(handles):
    return [[read(call, h) for call in CALLS] for h in handles]


n.nvmlInit()
handles = [n.nvmlDeviceGetHandleByIndex(index) for index in range(n.nvmlDeviceGetCount())]
assert len(handles) == 8, handles
refused = [(i, str(v)) for i, v in enumerate(sample(handles)[0]) if isinstance(v, n.NVMLError)]
# no graphics processes, no MPS server, no process sample: nothing else may fail, or less would be timed
assert len(refused) <= 3, refused
times = []
for _ in range(BATCHES):
    begin = time.perf_counter()
    for _ in range(ROUNDS):
        sample(handles)
    times.append((time.perf_counter() - begin) / ROUNDS)
print(statistics.median(times) * 1e6)
