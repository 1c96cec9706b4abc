package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetProcessUtilization;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetProcessesUtilizationInfo;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetRunningProcessDetailList;

import dev.gpudiag.nvml.Layouts.nvmlProcessDetailList_v1_t;
import dev.gpudiag.nvml.Layouts.nvmlProcessDetail_v1_t;
import dev.gpudiag.nvml.Layouts.nvmlProcessInfo_t;
import dev.gpudiag.nvml.Layouts.nvmlProcessInfo_v1_t;
import dev.gpudiag.nvml.Layouts.nvmlProcessUtilizationInfo_v1_t;
import dev.gpudiag.nvml.Layouts.nvmlProcessUtilizationSample_t;
import dev.gpudiag.nvml.Layouts.nvmlProcessesUtilizationInfo_v1_t;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Process lists, whose entry size does not follow from the name of the function.
 *
 * <p>Drivers have written entries of 16 bytes and of 24 under the same name. The memory is filled with a pattern first,
 * so that the end of what was written gives the stride; there is room for the widest entry known.
 */
final class ProcessList {
    static final byte UNTOUCHED = (byte) 0xa5;

    private static final int WIDEST_ENTRY = nvmlProcessDetail_v1_t.sizeof;

    private ProcessList() {}

    static List<ProcessInfo> read(DeviceCalls calls, Symbol symbol, DeviceCalls.TwoOuts function) throws NvmlException {
        int[] written = new int[1];
        int count = GrowingList.fill(calls.nvml(), symbol, WIDEST_ENTRY, (memory, capacity) -> {
            int room = capacity * WIDEST_ENTRY;
            memory.fill(GrowingList.ENTRIES, room, UNTOUCHED);
            int code = function.call(calls.handle(), memory.address(), memory.address(GrowingList.ENTRIES));
            written[0] = written(memory, room);
            return code;
        });
        Scratch memory = calls.nvml().require(symbol);
        int stride = stride(written[0], count);
        List<ProcessInfo> processes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            processes.add(process(memory, GrowingList.ENTRIES + i * stride, stride));
        }
        return processes;
    }

    private static int written(Scratch memory, int room) {
        int end = room;
        while (end > 0 && memory.uint8(GrowingList.ENTRIES + end - 1) == (UNTOUCHED & 0xff)) {
            end--;
        }
        return end;
    }

    /** 16 and 24 bytes are known; anything else is read as the newest struct. */
    static int stride(int written, int count) {
        boolean narrow = count > 0 && written <= count * nvmlProcessInfo_v1_t.sizeof;
        return narrow ? nvmlProcessInfo_v1_t.sizeof : nvmlProcessInfo_t.sizeof;
    }

    private static ProcessInfo process(Scratch memory, int at, int stride) {
        boolean narrow = stride == nvmlProcessInfo_v1_t.sizeof;
        return new ProcessInfo(
                memory.int32(at + nvmlProcessInfo_t.pid),
                Sentinel.ulong(memory.int64(at + nvmlProcessInfo_t.usedGpuMemory)),
                narrow ? OptionalInt.empty() : Sentinel.uint(memory.int32(at + nvmlProcessInfo_t.gpuInstanceId)),
                narrow ? OptionalInt.empty() : Sentinel.uint(memory.int32(at + nvmlProcessInfo_t.computeInstanceId)));
    }

    static List<ProcessDetail> details(DeviceCalls calls, ProcessMode mode) throws NvmlException {
        int request = GrowingList.ARGUMENTS;
        return GrowingList.read(
                calls.nvml(),
                nvmlDeviceGetRunningProcessDetailList,
                nvmlProcessDetail_v1_t.sizeof,
                (memory, capacity) -> {
                    memory.putInt(request, nvmlProcessDetailList_v1_t.VERSION)
                            .putInt(request + nvmlProcessDetailList_v1_t.mode, mode.code())
                            .putInt(request + nvmlProcessDetailList_v1_t.numProcArrayEntries, capacity)
                            .putLong(
                                    request + nvmlProcessDetailList_v1_t.procArray,
                                    memory.address(GrowingList.ENTRIES));
                    int code = Natives.nvmlDeviceGetRunningProcessDetailList(calls.handle(), memory.address(request));
                    memory.putInt(0, memory.int32(request + nvmlProcessDetailList_v1_t.numProcArrayEntries));
                    return code;
                },
                (memory, at) -> new ProcessDetail(
                        memory.int32(at + nvmlProcessDetail_v1_t.pid),
                        Sentinel.ulong(memory.int64(at + nvmlProcessDetail_v1_t.usedGpuMemory)),
                        Sentinel.uint(memory.int32(at + nvmlProcessDetail_v1_t.gpuInstanceId)),
                        Sentinel.uint(memory.int32(at + nvmlProcessDetail_v1_t.computeInstanceId)),
                        Sentinel.ulong(memory.int64(at + nvmlProcessDetail_v1_t.usedGpuCcProtectedMemory))));
    }

    static List<ProcessUtilization> utilization(DeviceCalls calls, long sinceMicros) throws NvmlException {
        return GrowingList.read(
                calls.nvml(),
                nvmlDeviceGetProcessUtilization,
                nvmlProcessUtilizationSample_t.sizeof,
                (memory, capacity) -> Natives.nvmlDeviceGetProcessUtilization(
                        calls.handle(), memory.address(GrowingList.ENTRIES), memory.address(), sinceMicros),
                (memory, at) -> new ProcessUtilization(
                        memory.int32(at + nvmlProcessUtilizationSample_t.pid),
                        memory.int64(at + nvmlProcessUtilizationSample_t.timeStamp),
                        memory.int32(at + nvmlProcessUtilizationSample_t.smUtil),
                        memory.int32(at + nvmlProcessUtilizationSample_t.memUtil),
                        memory.int32(at + nvmlProcessUtilizationSample_t.encUtil),
                        memory.int32(at + nvmlProcessUtilizationSample_t.decUtil),
                        OptionalInt.empty(),
                        OptionalInt.empty()));
    }

    static List<ProcessUtilization> utilizationInfo(DeviceCalls calls, long sinceMicros) throws NvmlException {
        int request = GrowingList.ARGUMENTS;
        return GrowingList.read(
                calls.nvml(),
                nvmlDeviceGetProcessesUtilizationInfo,
                nvmlProcessUtilizationInfo_v1_t.sizeof,
                (memory, capacity) -> {
                    memory.putInt(request, nvmlProcessesUtilizationInfo_v1_t.VERSION)
                            .putInt(request + nvmlProcessesUtilizationInfo_v1_t.processSamplesCount, capacity)
                            .putLong(request + nvmlProcessesUtilizationInfo_v1_t.lastSeenTimeStamp, sinceMicros)
                            .putLong(
                                    request + nvmlProcessesUtilizationInfo_v1_t.procUtilArray,
                                    memory.address(GrowingList.ENTRIES));
                    int code = Natives.nvmlDeviceGetProcessesUtilizationInfo(calls.handle(), memory.address(request));
                    memory.putInt(0, memory.int32(request + nvmlProcessesUtilizationInfo_v1_t.processSamplesCount));
                    return code;
                },
                (memory, at) -> new ProcessUtilization(
                        memory.int32(at + nvmlProcessUtilizationInfo_v1_t.pid),
                        memory.int64(at + nvmlProcessUtilizationInfo_v1_t.timeStamp),
                        memory.int32(at + nvmlProcessUtilizationInfo_v1_t.smUtil),
                        memory.int32(at + nvmlProcessUtilizationInfo_v1_t.memUtil),
                        memory.int32(at + nvmlProcessUtilizationInfo_v1_t.encUtil),
                        memory.int32(at + nvmlProcessUtilizationInfo_v1_t.decUtil),
                        OptionalInt.of(memory.int32(at + nvmlProcessUtilizationInfo_v1_t.jpgUtil)),
                        OptionalInt.of(memory.int32(at + nvmlProcessUtilizationInfo_v1_t.ofaUtil))));
    }
}
