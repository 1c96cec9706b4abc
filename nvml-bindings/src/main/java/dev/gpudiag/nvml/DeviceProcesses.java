package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetAccountingMode;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetAccountingPids;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetAccountingStats;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetComputeRunningProcesses_v3;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetGraphicsRunningProcesses_v3;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetMPSComputeRunningProcesses_v3;

import dev.gpudiag.nvml.Layouts.nvmlAccountingStats_t;
import java.util.List;

/** Who uses the device. */
public sealed interface DeviceProcesses permits NvmlDevice {
    /** How this device calls the library; of use within this package only. */
    DeviceCalls calls();

    /** Processes with a compute context. */
    default List<ProcessInfo> computeProcesses() throws NvmlException {
        return ProcessList.read(
                calls(), nvmlDeviceGetComputeRunningProcesses_v3, Natives::nvmlDeviceGetComputeRunningProcesses_v3);
    }

    /** Processes with a graphics context. */
    default List<ProcessInfo> graphicsProcesses() throws NvmlException {
        return ProcessList.read(
                calls(), nvmlDeviceGetGraphicsRunningProcesses_v3, Natives::nvmlDeviceGetGraphicsRunningProcesses_v3);
    }

    /** Clients of the multi-process service. */
    default List<ProcessInfo> mpsProcesses() throws NvmlException {
        return ProcessList.read(
                calls(),
                nvmlDeviceGetMPSComputeRunningProcesses_v3,
                Natives::nvmlDeviceGetMPSComputeRunningProcesses_v3);
    }

    /** With protected memory under confidential computing; from R535. */
    default List<ProcessDetail> runningProcessDetailList(ProcessMode mode) throws NvmlException {
        return ProcessList.details(calls(), mode);
    }

    /** Samples newer than this time, in micros since the epoch; NOT_FOUND where there are none. */
    default List<ProcessUtilization> processUtilization(long sinceMicros) throws NvmlException {
        return ProcessList.utilization(calls(), sinceMicros);
    }

    /** As {@link #processUtilization}, with JPEG and optical flow; from R550. */
    default List<ProcessUtilization> processesUtilizationInfo(long sinceMicros) throws NvmlException {
        return ProcessList.utilizationInfo(calls(), sinceMicros);
    }

    default boolean accountingMode() throws NvmlException {
        return calls().flag(nvmlDeviceGetAccountingMode, Natives::nvmlDeviceGetAccountingMode);
    }

    default List<Integer> accountingPids() throws NvmlException {
        return GrowingList.read(
                calls().nvml(),
                nvmlDeviceGetAccountingPids,
                Integer.BYTES,
                (memory, capacity) -> Natives.nvmlDeviceGetAccountingPids(
                        calls().handle(), memory.address(), memory.address(GrowingList.ENTRIES)),
                Scratch::int32);
    }

    default AccountingStats accountingStats(int pid) throws NvmlException {
        Scratch out = calls().begin(nvmlDeviceGetAccountingStats, nvmlAccountingStats_t.sizeof);
        calls().check(
                        nvmlDeviceGetAccountingStats,
                        Natives.nvmlDeviceGetAccountingStats(calls().handle(), pid, out.address()));
        return new AccountingStats(
                Sentinel.uint(out.int32(nvmlAccountingStats_t.gpuUtilization)),
                Sentinel.uint(out.int32(nvmlAccountingStats_t.memoryUtilization)),
                Sentinel.ulong(out.int64(nvmlAccountingStats_t.maxMemoryUsage)),
                out.int64(nvmlAccountingStats_t.time),
                out.int64(nvmlAccountingStats_t.startTime),
                out.bool(nvmlAccountingStats_t.isRunning));
    }
}
