package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetBAR1MemoryInfo;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetDecoderUtilization;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetEncoderUtilization;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetJpgUtilization;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetMemoryInfo;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetMemoryInfo_v2;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetOfaUtilization;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetSamples;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetUtilizationRates;

import dev.gpudiag.nvml.Layouts.nvmlBAR1Memory_t;
import dev.gpudiag.nvml.Layouts.nvmlMemory_t;
import dev.gpudiag.nvml.Layouts.nvmlMemory_v2_t;
import dev.gpudiag.nvml.Layouts.nvmlSample_t;
import dev.gpudiag.nvml.Layouts.nvmlUtilization_t;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Device memory and how busy the engines are. */
public sealed interface DeviceMemory permits NvmlDevice {
    /** How this device calls the library; of use within this package only. */
    DeviceCalls calls();

    /** The newer form, which tells reserved memory apart (R510 and newer), or else the older one. */
    default MemoryInfo memoryInfo() throws NvmlException {
        if (calls().nvml().has(nvmlDeviceGetMemoryInfo_v2)) {
            Scratch out = calls().begin(nvmlDeviceGetMemoryInfo_v2, nvmlMemory_v2_t.sizeof, nvmlMemory_v2_t.VERSION);
            int code = Natives.nvmlDeviceGetMemoryInfo_v2(calls().handle(), out.address());
            if (!DeviceCalls.olderFormMayAnswer(code)) {
                calls().check(nvmlDeviceGetMemoryInfo_v2, code);
                return new MemoryInfo(
                        out.int64(nvmlMemory_v2_t.total),
                        out.int64(nvmlMemory_v2_t.used),
                        out.int64(nvmlMemory_v2_t.free),
                        OptionalLong.of(out.int64(nvmlMemory_v2_t.reserved)));
            }
        }
        Scratch out = calls().struct(nvmlDeviceGetMemoryInfo, nvmlMemory_t.sizeof, 0, Natives::nvmlDeviceGetMemoryInfo);
        return new MemoryInfo(
                out.int64(nvmlMemory_t.total),
                out.int64(nvmlMemory_t.used),
                out.int64(nvmlMemory_t.free),
                OptionalLong.empty());
    }

    default Bar1MemoryInfo bar1MemoryInfo() throws NvmlException {
        Scratch out = calls().struct(
                        nvmlDeviceGetBAR1MemoryInfo, nvmlBAR1Memory_t.sizeof, 0, Natives::nvmlDeviceGetBAR1MemoryInfo);
        return new Bar1MemoryInfo(
                out.int64(nvmlBAR1Memory_t.bar1Total),
                out.int64(nvmlBAR1Memory_t.bar1Used),
                out.int64(nvmlBAR1Memory_t.bar1Free));
    }

    /** NOT_SUPPORTED while MIG is on. */
    default UtilizationRates utilizationRates() throws NvmlException {
        Scratch out = calls().struct(
                        nvmlDeviceGetUtilizationRates,
                        nvmlUtilization_t.sizeof,
                        0,
                        Natives::nvmlDeviceGetUtilizationRates);
        return new UtilizationRates(out.int32(nvmlUtilization_t.gpu), out.int32(nvmlUtilization_t.memory));
    }

    default EngineUtilization encoderUtilization() throws NvmlException {
        return utilization(calls().pair(nvmlDeviceGetEncoderUtilization, Natives::nvmlDeviceGetEncoderUtilization));
    }

    default EngineUtilization decoderUtilization() throws NvmlException {
        return utilization(calls().pair(nvmlDeviceGetDecoderUtilization, Natives::nvmlDeviceGetDecoderUtilization));
    }

    /** From R535. */
    default EngineUtilization jpegUtilization() throws NvmlException {
        return utilization(calls().pair(nvmlDeviceGetJpgUtilization, Natives::nvmlDeviceGetJpgUtilization));
    }

    /** From R535. */
    default EngineUtilization ofaUtilization() throws NvmlException {
        return utilization(calls().pair(nvmlDeviceGetOfaUtilization, Natives::nvmlDeviceGetOfaUtilization));
    }

    /** The driver's sample buffer from this time on, in micros since the epoch; 0 for all of it. */
    default List<Sample> samples(SamplingType type, long sinceMicros) throws NvmlException {
        long device = calls().handle();
        Scratch out = calls().begin(nvmlDeviceGetSamples, 2 * DeviceCalls.SECOND);
        calls().check(
                        nvmlDeviceGetSamples,
                        Natives.nvmlDeviceGetSamples(
                                device, type.code(), sinceMicros, out.address(DeviceCalls.SECOND), out.address(), 0));
        int capacity = Math.min(out.int32(0), 1 << 16);
        int entries = GrowingList.ENTRIES;
        out = calls().begin(nvmlDeviceGetSamples, entries + capacity * nvmlSample_t.sizeof);
        out.putInt(0, capacity);
        calls().check(
                        nvmlDeviceGetSamples,
                        Natives.nvmlDeviceGetSamples(
                                device,
                                type.code(),
                                sinceMicros,
                                out.address(DeviceCalls.SECOND),
                                out.address(),
                                out.address(entries)));
        int valueType = out.int32(DeviceCalls.SECOND);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < Math.min(out.int32(0), capacity); i++) {
            int at = entries + i * nvmlSample_t.sizeof;
            samples.add(new Sample(
                    out.int64(at + nvmlSample_t.timeStamp),
                    new NvmlValue(valueType, out.int64(at + nvmlSample_t.sampleValue))));
        }
        return samples;
    }

    private static EngineUtilization utilization(Scratch out) {
        return new EngineUtilization(out.int32(0), out.int32(DeviceCalls.SECOND));
    }
}
