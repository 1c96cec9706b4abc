package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlDeviceRegisterEvents;
import static dev.gpudiag.nvml.Symbol.nvmlEventSetCreate;
import static dev.gpudiag.nvml.Symbol.nvmlEventSetFree;
import static dev.gpudiag.nvml.Symbol.nvmlEventSetWait_v2;

import dev.gpudiag.nvml.Layouts.nvmlEventData_t;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A set of events to wait for. Waiting blocks its thread in the driver; close it only when nobody waits. */
public final class NvmlEventSet implements AutoCloseable {
    /** The longest wait, so that a thread that waits can be told to stop. */
    public static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private final Nvml nvml;
    private final long handle;
    private final Map<Long, NvmlDevice> devices = new ConcurrentHashMap<>();
    private boolean closed;

    private NvmlEventSet(Nvml nvml, long handle) {
        this.nvml = nvml;
        this.handle = handle;
    }

    static NvmlEventSet create(Nvml nvml) throws NvmlException {
        Scratch out = nvml.require(nvmlEventSetCreate).clear(8);
        nvml.check(nvmlEventSetCreate, Natives.nvmlEventSetCreate(out.address()));
        return new NvmlEventSet(nvml, out.int64(0));
    }

    /**
     * Registers those of the wanted events that the device supports, since one unsupported bit fails the whole call.
     *
     * @param wanted bits of {@link EventType}
     * @return the bits that were registered, 0 for none
     */
    public long register(NvmlDevice device, long wanted) throws NvmlException {
        long types = wanted & device.supportedEventTypes();
        if (types != 0) {
            nvml.require(nvmlDeviceRegisterEvents);
            nvml.check(nvmlDeviceRegisterEvents, Natives.nvmlDeviceRegisterEvents(device.handle(), types, handle));
            devices.put(device.handle(), device);
        }
        return types;
    }

    /** Waits for the next event, at most this long and at most {@link #LONGEST_WAIT}; empty when the time is up. */
    public Optional<NvmlEvent> waitFor(Duration timeout) throws NvmlException {
        Scratch out = nvml.require(nvmlEventSetWait_v2).clear(nvmlEventData_t.sizeof);
        int code = Natives.nvmlEventSetWait_v2(handle, out.address(), boundedMillis(timeout));
        if (code == NvmlReturn.TIMEOUT.code()) {
            return Optional.empty();
        }
        nvml.check(nvmlEventSetWait_v2, code);
        return Optional.of(new NvmlEvent(
                Optional.ofNullable(devices.get(out.int64(nvmlEventData_t.device))),
                out.int64(nvmlEventData_t.eventType),
                out.int64(nvmlEventData_t.eventData),
                Sentinel.uint(out.int32(nvmlEventData_t.gpuInstanceId)),
                Sentinel.uint(out.int32(nvmlEventData_t.computeInstanceId))));
    }

    static int boundedMillis(Duration timeout) {
        return (int) Math.clamp(timeout.toMillis(), 0, LONGEST_WAIT.toMillis());
    }

    @Override
    public void close() throws NvmlException {
        if (!closed) {
            closed = true;
            nvml.require(nvmlEventSetFree);
            nvml.check(nvmlEventSetFree, Natives.nvmlEventSetFree(handle));
        }
    }
}
