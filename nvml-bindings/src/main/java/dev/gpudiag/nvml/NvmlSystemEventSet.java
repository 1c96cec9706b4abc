package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlSystemEventSetCreate;
import static dev.gpudiag.nvml.Symbol.nvmlSystemEventSetFree;
import static dev.gpudiag.nvml.Symbol.nvmlSystemEventSetWait;
import static dev.gpudiag.nvml.Symbol.nvmlSystemRegisterEvents;

import dev.gpudiag.nvml.Layouts.nvmlSystemEventData_v1_t;
import dev.gpudiag.nvml.Layouts.nvmlSystemEventSetCreateRequest_v1_t;
import dev.gpudiag.nvml.Layouts.nvmlSystemEventSetFreeRequest_v1_t;
import dev.gpudiag.nvml.Layouts.nvmlSystemEventSetWaitRequest_v1_t;
import dev.gpudiag.nvml.Layouts.nvmlSystemRegisterEventRequest_v1_t;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A set of node-wide events, GPUs bound to and unbound from the driver; from R575. */
public final class NvmlSystemEventSet implements AutoCloseable {
    private static final int MOST_EVENTS = 32;
    private static final int EVENTS = 64;

    private final Nvml nvml;
    private final long handle;
    private boolean closed;

    private NvmlSystemEventSet(Nvml nvml, long handle) {
        this.nvml = nvml;
        this.handle = handle;
    }

    static NvmlSystemEventSet create(Nvml nvml) throws NvmlException {
        Scratch request = nvml.require(nvmlSystemEventSetCreate).clear(nvmlSystemEventSetCreateRequest_v1_t.sizeof);
        request.putInt(0, nvmlSystemEventSetCreateRequest_v1_t.VERSION);
        nvml.check(nvmlSystemEventSetCreate, Natives.nvmlSystemEventSetCreate(request.address()));
        return new NvmlSystemEventSet(nvml, request.int64(nvmlSystemEventSetCreateRequest_v1_t.set));
    }

    /** Registers event types: 1 driver unbind, 2 driver bind. */
    public void register(long eventTypes) throws NvmlException {
        Scratch request = nvml.require(nvmlSystemRegisterEvents).clear(nvmlSystemRegisterEventRequest_v1_t.sizeof);
        request.putInt(0, nvmlSystemRegisterEventRequest_v1_t.VERSION)
                .putLong(nvmlSystemRegisterEventRequest_v1_t.eventTypes, eventTypes)
                .putLong(nvmlSystemRegisterEventRequest_v1_t.set, handle);
        nvml.check(nvmlSystemRegisterEvents, Natives.nvmlSystemRegisterEvents(request.address()));
    }

    /** Waits as {@link NvmlEventSet#waitFor} does; empty when the time is up. */
    public List<NvmlSystemEvent> waitFor(Duration timeout) throws NvmlException {
        int stride = nvmlSystemEventData_v1_t.sizeof;
        Scratch request = nvml.require(nvmlSystemEventSetWait).clear(EVENTS + MOST_EVENTS * stride);
        request.putInt(0, nvmlSystemEventSetWaitRequest_v1_t.VERSION)
                .putInt(nvmlSystemEventSetWaitRequest_v1_t.timeoutms, NvmlEventSet.boundedMillis(timeout))
                .putLong(nvmlSystemEventSetWaitRequest_v1_t.set, handle)
                .putLong(nvmlSystemEventSetWaitRequest_v1_t.data, request.address(EVENTS))
                .putInt(nvmlSystemEventSetWaitRequest_v1_t.dataSize, MOST_EVENTS);
        int code = Natives.nvmlSystemEventSetWait(request.address());
        if (code == NvmlReturn.TIMEOUT.code()) {
            return List.of();
        }
        nvml.check(nvmlSystemEventSetWait, code);
        long count = Math.min(MOST_EVENTS, request.uint32(nvmlSystemEventSetWaitRequest_v1_t.numEvent));
        List<NvmlSystemEvent> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int at = EVENTS + i * stride;
            events.add(new NvmlSystemEvent(
                    request.int64(at + nvmlSystemEventData_v1_t.eventType),
                    request.int32(at + nvmlSystemEventData_v1_t.gpuId)));
        }
        return events;
    }

    @Override
    public void close() throws NvmlException {
        if (!closed) {
            closed = true;
            Scratch request = nvml.require(nvmlSystemEventSetFree).clear(nvmlSystemEventSetFreeRequest_v1_t.sizeof);
            request.putInt(0, nvmlSystemEventSetFreeRequest_v1_t.VERSION)
                    .putLong(nvmlSystemEventSetFreeRequest_v1_t.set, handle);
            nvml.check(nvmlSystemEventSetFree, Natives.nvmlSystemEventSetFree(request.address()));
        }
    }
}
