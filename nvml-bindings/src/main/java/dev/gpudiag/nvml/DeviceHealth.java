package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetDefaultEccMode;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetDetailedEccErrors;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetEccMode;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetLastBBXFlushTime;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetMemoryErrorCounter;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetRemappedRows;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetRepairStatus;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetRetiredPagesPendingStatus;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetRetiredPages_v2;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetRowRemapperHistogram;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetSramEccErrorStatus;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetSramUniqueUncorrectedEccErrorCounts;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetTotalEccErrors;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetUnrepairableMemoryFlag_v1;

import dev.gpudiag.nvml.Layouts.nvmlEccErrorCounts_t;
import dev.gpudiag.nvml.Layouts.nvmlEccSramErrorStatus_v1_t;
import dev.gpudiag.nvml.Layouts.nvmlEccSramUniqueUncorrectedErrorCounts_v1_t;
import dev.gpudiag.nvml.Layouts.nvmlEccSramUniqueUncorrectedErrorEntry_v1_t;
import dev.gpudiag.nvml.Layouts.nvmlRepairStatus_v1_t;
import dev.gpudiag.nvml.Layouts.nvmlRowRemapperHistogramValues_t;
import java.util.List;

/** ECC, retired pages, remapped rows and pending repairs. */
public sealed interface DeviceHealth permits NvmlDevice {
    /** How this device calls the library; of use within this package only. */
    DeviceCalls calls();

    default EccMode eccMode() throws NvmlException {
        Scratch out = calls().pair(nvmlDeviceGetEccMode, Natives::nvmlDeviceGetEccMode);
        return new EccMode(out.bool(0), out.bool(DeviceCalls.SECOND));
    }

    /** From R515. */
    default boolean defaultEccMode() throws NvmlException {
        return calls().flag(nvmlDeviceGetDefaultEccMode, Natives::nvmlDeviceGetDefaultEccMode);
    }

    default long totalEccErrors(MemoryErrorType type, EccCounterType counter) throws NvmlException {
        return calls().ulong(
                        nvmlDeviceGetTotalEccErrors, type.code(), counter.code(), Natives::nvmlDeviceGetTotalEccErrors);
    }

    /** Deprecated by NVIDIA; {@link #memoryErrorCounter} tells more. */
    default EccErrorCounts detailedEccErrors(MemoryErrorType type, EccCounterType counter) throws NvmlException {
        Scratch out = calls().begin(nvmlDeviceGetDetailedEccErrors, nvmlEccErrorCounts_t.sizeof);
        calls().check(
                        nvmlDeviceGetDetailedEccErrors,
                        Natives.nvmlDeviceGetDetailedEccErrors(
                                calls().handle(), type.code(), counter.code(), out.address()));
        return new EccErrorCounts(
                out.int64(nvmlEccErrorCounts_t.l1Cache),
                out.int64(nvmlEccErrorCounts_t.l2Cache),
                out.int64(nvmlEccErrorCounts_t.deviceMemory),
                out.int64(nvmlEccErrorCounts_t.registerFile));
    }

    default long memoryErrorCounter(MemoryErrorType type, EccCounterType counter, MemoryLocation location)
            throws NvmlException {
        return calls().ulong(
                        nvmlDeviceGetMemoryErrorCounter,
                        type.code(),
                        counter.code(),
                        (device, t, c, out) ->
                                Natives.nvmlDeviceGetMemoryErrorCounter(device, t, c, location.code(), out));
    }

    /** From R535. */
    default SramEccErrorStatus sramEccErrorStatus() throws NvmlException {
        Scratch out = calls().struct(
                        nvmlDeviceGetSramEccErrorStatus,
                        nvmlEccSramErrorStatus_v1_t.sizeof,
                        nvmlEccSramErrorStatus_v1_t.VERSION,
                        Natives::nvmlDeviceGetSramEccErrorStatus);
        return new SramEccErrorStatus(
                out.int64(nvmlEccSramErrorStatus_v1_t.aggregateUncParity),
                out.int64(nvmlEccSramErrorStatus_v1_t.aggregateUncSecDed),
                out.int64(nvmlEccSramErrorStatus_v1_t.aggregateCor),
                out.int64(nvmlEccSramErrorStatus_v1_t.volatileUncParity),
                out.int64(nvmlEccSramErrorStatus_v1_t.volatileUncSecDed),
                out.int64(nvmlEccSramErrorStatus_v1_t.volatileCor),
                out.int64(nvmlEccSramErrorStatus_v1_t.aggregateUncBucketL2),
                out.int64(nvmlEccSramErrorStatus_v1_t.aggregateUncBucketSm),
                out.int64(nvmlEccSramErrorStatus_v1_t.aggregateUncBucketPcie),
                out.int64(nvmlEccSramErrorStatus_v1_t.aggregateUncBucketMcu),
                out.int64(nvmlEccSramErrorStatus_v1_t.aggregateUncBucketOther),
                out.bool(nvmlEccSramErrorStatus_v1_t.bThresholdExceeded));
    }

    /** From R580. */
    default List<SramUniqueError> sramUniqueUncorrectedEccErrorCounts() throws NvmlException {
        int request = GrowingList.ARGUMENTS;
        return GrowingList.read(
                calls().nvml(),
                nvmlDeviceGetSramUniqueUncorrectedEccErrorCounts,
                nvmlEccSramUniqueUncorrectedErrorEntry_v1_t.sizeof,
                (memory, capacity) -> {
                    memory.putInt(request, nvmlEccSramUniqueUncorrectedErrorCounts_v1_t.VERSION)
                            .putInt(request + nvmlEccSramUniqueUncorrectedErrorCounts_v1_t.entryCount, capacity)
                            .putLong(
                                    request + nvmlEccSramUniqueUncorrectedErrorCounts_v1_t.entries,
                                    memory.address(GrowingList.ENTRIES));
                    int code = Natives.nvmlDeviceGetSramUniqueUncorrectedEccErrorCounts(
                            calls().handle(), memory.address(request));
                    memory.putInt(0, memory.int32(request + nvmlEccSramUniqueUncorrectedErrorCounts_v1_t.entryCount));
                    return code;
                },
                (memory, at) -> new SramUniqueError(
                        memory.int32(at + nvmlEccSramUniqueUncorrectedErrorEntry_v1_t.unit),
                        memory.int32(at + nvmlEccSramUniqueUncorrectedErrorEntry_v1_t.location),
                        memory.int32(at + nvmlEccSramUniqueUncorrectedErrorEntry_v1_t.sublocation),
                        memory.int32(at + nvmlEccSramUniqueUncorrectedErrorEntry_v1_t.extlocation),
                        memory.int32(at + nvmlEccSramUniqueUncorrectedErrorEntry_v1_t.address),
                        memory.bool(at + nvmlEccSramUniqueUncorrectedErrorEntry_v1_t.isParity),
                        memory.int32(at + nvmlEccSramUniqueUncorrectedErrorEntry_v1_t.count)));
    }

    /** Pages that were taken out of use; before Ampere. */
    default List<RetiredPage> retiredPages(PageRetirementCause cause) throws NvmlException {
        // Two arrays of the same length: addresses first, then timestamps, each entry of this list as wide as both.
        int[] timestamps = new int[1];
        return GrowingList.read(
                calls().nvml(),
                nvmlDeviceGetRetiredPages_v2,
                2 * Long.BYTES,
                (memory, capacity) -> {
                    timestamps[0] = GrowingList.ENTRIES + capacity * Long.BYTES;
                    return Natives.nvmlDeviceGetRetiredPages_v2(
                            calls().handle(),
                            cause.code(),
                            memory.address(),
                            memory.address(GrowingList.ENTRIES),
                            memory.address(timestamps[0]));
                },
                (memory, at) -> {
                    int offset = (at - GrowingList.ENTRIES) / 2;
                    return new RetiredPage(
                            memory.int64(GrowingList.ENTRIES + offset), memory.int64(timestamps[0] + offset));
                });
    }

    /** Whether pages wait for a reset to be retired. */
    default boolean retiredPagesPending() throws NvmlException {
        return calls().flag(nvmlDeviceGetRetiredPagesPendingStatus, Natives::nvmlDeviceGetRetiredPagesPendingStatus);
    }

    default RemappedRows remappedRows() throws NvmlException {
        Scratch out = calls().begin(nvmlDeviceGetRemappedRows, 32);
        calls().check(
                        nvmlDeviceGetRemappedRows,
                        Natives.nvmlDeviceGetRemappedRows(
                                calls().handle(), out.address(), out.address(8), out.address(16), out.address(24)));
        return new RemappedRows(out.int32(0), out.int32(8), out.bool(16), out.bool(24));
    }

    default RowRemapperHistogram rowRemapperHistogram() throws NvmlException {
        Scratch out = calls().struct(
                        nvmlDeviceGetRowRemapperHistogram,
                        nvmlRowRemapperHistogramValues_t.sizeof,
                        0,
                        Natives::nvmlDeviceGetRowRemapperHistogram);
        return new RowRemapperHistogram(
                out.int32(nvmlRowRemapperHistogramValues_t.max),
                out.int32(nvmlRowRemapperHistogramValues_t.high),
                out.int32(nvmlRowRemapperHistogramValues_t.partial),
                out.int32(nvmlRowRemapperHistogramValues_t.low),
                out.int32(nvmlRowRemapperHistogramValues_t.none));
    }

    /** From R580. */
    default RepairStatus repairStatus() throws NvmlException {
        Scratch out = calls().struct(
                        nvmlDeviceGetRepairStatus,
                        nvmlRepairStatus_v1_t.sizeof,
                        nvmlRepairStatus_v1_t.VERSION,
                        Natives::nvmlDeviceGetRepairStatus);
        return new RepairStatus(
                out.bool(nvmlRepairStatus_v1_t.bChannelRepairPending),
                out.bool(nvmlRepairStatus_v1_t.bTpcRepairPending));
    }

    /** Whether the memory has errors that no repair takes away; from R590. */
    default boolean unrepairableMemory() throws NvmlException {
        return calls().flag(nvmlDeviceGetUnrepairableMemoryFlag_v1, Natives::nvmlDeviceGetUnrepairableMemoryFlag_v1);
    }

    /** From R545 by the header, in real libraries from R535. */
    default BbxFlushTime lastBbxFlushTime() throws NvmlException {
        Scratch out = calls().pair(nvmlDeviceGetLastBBXFlushTime, Natives::nvmlDeviceGetLastBBXFlushTime);
        return new BbxFlushTime(out.int64(0), out.int64(DeviceCalls.SECOND));
    }
}
