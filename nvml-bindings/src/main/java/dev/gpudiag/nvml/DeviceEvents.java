package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetSupportedEventTypes;
import static dev.gpudiag.nvml.Symbol.nvmlGpmMigSampleGet;
import static dev.gpudiag.nvml.Symbol.nvmlGpmQueryDeviceSupport;
import static dev.gpudiag.nvml.Symbol.nvmlGpmSampleGet;

import dev.gpudiag.nvml.Layouts.nvmlGpmSupport_t;

/** Events and the performance monitor. */
public sealed interface DeviceEvents permits NvmlDevice {
    /** How this device calls the library; of use within this package only. */
    DeviceCalls calls();

    /** Bits of {@link EventType} that can be registered. */
    default long supportedEventTypes() throws NvmlException {
        return calls().ulong(nvmlDeviceGetSupportedEventTypes, Natives::nvmlDeviceGetSupportedEventTypes);
    }

    /** Whether the performance monitor works here; Hopper and newer, from R520. */
    default boolean gpmSupported() throws NvmlException {
        return calls().struct(
                        nvmlGpmQueryDeviceSupport,
                        nvmlGpmSupport_t.sizeof,
                        nvmlGpmSupport_t.VERSION,
                        Natives::nvmlGpmQueryDeviceSupport)
                .bool(nvmlGpmSupport_t.isSupportedDevice);
    }

    /** Reads the performance monitor into a sample. */
    default void gpmSampleGet(GpmSample sample) throws NvmlException {
        calls().begin(nvmlGpmSampleGet, 0);
        calls().check(nvmlGpmSampleGet, Natives.nvmlGpmSampleGet(calls().handle(), sample.handle()));
    }

    /** As {@link #gpmSampleGet}, of one GPU instance; from R525. */
    default void gpmMigSampleGet(int gpuInstanceId, GpmSample sample) throws NvmlException {
        calls().begin(nvmlGpmMigSampleGet, 0);
        calls().check(
                        nvmlGpmMigSampleGet,
                        Natives.nvmlGpmMigSampleGet(calls().handle(), gpuInstanceId, sample.handle()));
    }
}
