package dev.gpudiag.agent.sampling;

import dev.gpudiag.checks.kernellog.KernelEvent;
import dev.gpudiag.checks.kernellog.LoggedEvent;
import dev.gpudiag.checks.kernellog.XidCatalogue;
import dev.gpudiag.nvml.EventType;
import dev.gpudiag.nvml.Nvml;
import dev.gpudiag.nvml.NvmlDevice;
import dev.gpudiag.nvml.NvmlEvent;
import dev.gpudiag.nvml.NvmlEventSet;
import dev.gpudiag.nvml.NvmlException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Waits for Xids that NVML tells, on a thread of its own, while a library is open: a second source beside the kernel log,
 * and the only one where that may not be read.
 *
 * <p>NVML tells the number alone, and nothing from before the watch began. A wait takes at most {@link #WAIT}, so that the
 * thread ends soon after it was told to; a driver that hangs in it holds this daemon thread and nobody else.
 */
final class XidWatch {

    private static final System.Logger LOG = System.getLogger(XidWatch.class.getName());
    private static final Duration WAIT = Duration.ofMillis(200);

    private final Nvml nvml;
    private final int gpuCount;
    private final InstantSource clock;
    private final Consumer<LoggedEvent> listener;
    private final XidCatalogue catalogue = XidCatalogue.shipped();
    private final Map<NvmlDevice, String> addresses = new HashMap<>();
    private final Thread thread;
    private volatile boolean stopped;

    private XidWatch(Nvml nvml, int gpuCount, InstantSource clock, Consumer<LoggedEvent> listener) {
        this.nvml = nvml;
        this.gpuCount = gpuCount;
        this.clock = clock;
        this.listener = listener;
        this.thread = new Thread(this::watch, "gpudiag-xid-watch");
        thread.setDaemon(true);
    }

    static XidWatch start(Nvml nvml, int gpuCount, InstantSource clock, Consumer<LoggedEvent> listener) {
        XidWatch watch = new XidWatch(nvml, gpuCount, clock, listener);
        watch.thread.start();
        return watch;
    }

    private void watch() {
        try (NvmlEventSet events = nvml.eventSet()) {
            if (register(events) == 0) {
                return;
            }
            while (!stopped) {
                Optional<NvmlEvent> event = events.waitFor(WAIT);
                event.filter(told -> told.eventType() == EventType.XID_CRITICAL_ERROR.bit())
                        .ifPresent(this::tell);
            }
        } catch (NvmlException e) {
            // the kernel log tells the same, and what does not work shows in the samples
            LOG.log(System.Logger.Level.INFO, "NVML tells no Xids: {0}", e.getMessage());
        }
    }

    /** How many GPUs tell their Xids; one that is lost or does not support it is left out. */
    private int register(NvmlEventSet events) {
        int registered = 0;
        for (int index = 0; index < gpuCount && !stopped; index++) {
            try {
                NvmlDevice device = nvml.device(index);
                addresses.put(device, device.pciInfo().busId());
                registered += events.register(device, EventType.XID_CRITICAL_ERROR.bit()) == 0 ? 0 : 1;
            } catch (NvmlException e) {
                LOG.log(System.Logger.Level.DEBUG, "GPU {0} tells no Xids: {1}", index, e.getMessage());
            }
        }
        return registered;
    }

    private void tell(NvmlEvent told) {
        Instant now = clock.instant();
        KernelEvent event = KernelEvent.ofNvml(
                Math.toIntExact(Math.clamp(told.eventData(), 0, Integer.MAX_VALUE)),
                told.device().map(addresses::get),
                told.gpuInstanceId(),
                told.computeInstanceId(),
                catalogue);
        listener.accept(
                new LoggedEvent(event, Optional.of(now), Optional.empty(), OptionalLong.empty(), LoggedEvent.NVML));
    }

    /** Tells the thread to end; does not wait. */
    void stop() {
        stopped = true;
    }

    /** The call that may not have returned; empty once the thread has ended. */
    Optional<String> inFlight() {
        return thread.isAlive() ? Optional.of("nvmlEventSetWait_v2") : Optional.empty();
    }

    /** Lets the thread end, and waits for it, for as long as the driver takes. */
    void close() {
        stop();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
