package dev.gpudiag.nvml;

/**
 * One GPU, or one MIG device, of an opened library.
 *
 * <p>One method per subject, in the interfaces named below; each asks the driver anew and may throw, block for
 * milliseconds, or hang for good. Several threads may call it.
 */
public final class NvmlDevice
        implements DeviceIdentity,
                DeviceMemory,
                DeviceThermals,
                DevicePower,
                DeviceHealth,
                DeviceLinks,
                DeviceTopology,
                DeviceFields,
                DeviceProcesses,
                DeviceMig,
                DeviceModes,
                DeviceEvents {
    private final int index;
    private final DeviceCalls calls;

    NvmlDevice(Nvml nvml, int index, long handle) {
        this.index = index;
        this.calls = new DeviceCalls(nvml, handle);
    }

    /** The slot that this device was asked for by; of a MIG device, its index within the GPU. */
    public int index() {
        return index;
    }

    @Override
    public DeviceCalls calls() {
        return calls;
    }

    long handle() {
        return calls.handle();
    }

    @Override
    public String toString() {
        return "NvmlDevice " + index;
    }
}
