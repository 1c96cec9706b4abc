package dev.gpudiag.agent.sampling;

import dev.gpudiag.agent.host.HostState;
import dev.gpudiag.agent.host.NvmlPrecheck;
import dev.gpudiag.checks.kernellog.LoggedEvent;
import dev.gpudiag.nvml.Nvml;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Samples a node through NVML: the library on one thread, each GPU on one of its own, nothing waits for ever.
 *
 * <p>nvmlInit is not called while the host says that it must fail, since the real library would create device
 * nodes as root. A failed init is tried again after the retry interval; a driver that was unloaded or replaced is noticed
 * by its module and opened anew. Not thread-safe: one caller samples.
 */
public final class NvmlSampler implements NodeSampler {

    private static final Duration SHUTDOWN_WAIT = Duration.ofMillis(500);
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(10);

    private final NvmlOpener opener;
    private final Supplier<HostState> host;
    private final boolean forceInit;
    private final SampleSource source;
    private final Duration slowInterval;
    private final InstantSource clock;
    private final ProcessNames names;
    private final SingleFlight<NvmlConnection> init = new SingleFlight<>("gpudiag-nvml");
    private HostState hostState;
    private Instant hostReadAt = Instant.MIN;
    private Optional<NvmlConnection> connection = Optional.empty();
    private Instant connectedAt = Instant.MIN;
    private Optional<String> connectedModule = Optional.empty();
    private List<GpuSlot> slots = List.of();
    private Optional<Consumer<LoggedEvent>> xidListener = Optional.empty();
    private Optional<XidWatch> xidWatch = Optional.empty();

    /**
     * A sampler that has opened nothing yet.
     *
     * @param host reads driver and host without NVML
     * @param forceInit whether nvmlInit is called although the host's state says that it must fail
     */
    public NvmlSampler(
            NvmlOpener opener,
            Supplier<HostState> host,
            boolean forceInit,
            SampleSource source,
            Duration slowInterval,
            InstantSource clock,
            ProcessNames names) {
        this.opener = opener;
        this.host = host;
        this.forceInit = forceInit;
        this.source = source;
        this.slowInterval = slowInterval;
        this.clock = clock;
        this.names = names;
    }

    /** Has every Xid told that NVML tells from now on; called on another thread. To be set before the first sample. */
    public void watchXids(Consumer<LoggedEvent> listener) {
        xidListener = Optional.of(listener);
    }

    @Override
    public NodeSample sample(Duration wait, Duration deadline) {
        long until = System.nanoTime() + wait.toNanos();
        HostState state = readHost();
        Optional<String> obstacle = forceInit ? Optional.empty() : NvmlPrecheck.refusal(state);
        if (obstacle.isPresent()) {
            disconnect();
            Reading<Boolean> nvml = Reading.missing(Reading.Reason.FAILED, "nvmlInit_v2", obstacle.get());
            return node(state, nvml, Readings.empty(), List.of());
        }
        if (driverWasReplaced(state)) {
            disconnect();
        }
        connect(state, until);
        if (connection.isEmpty()) {
            String detail =
                    "has not returned for " + Math.max(1, init.sinceStart().toSeconds()) + " s";
            Reading<Boolean> nvml = Reading.missing(Reading.Reason.TIMED_OUT, "nvmlInit_v2", detail);
            return node(state, nvml, Readings.empty(), List.of());
        }
        NvmlConnection connected = connection.get();
        return node(state, connected.state(), connected.readings(), gpus(until, deadline));
    }

    private List<GpuSample> gpus(long until, Duration deadline) {
        slots.forEach(GpuSlot::start);
        List<GpuSample> gpus = new ArrayList<>();
        slots.forEach(slot -> gpus.add(slot.await(until - System.nanoTime(), deadline)));
        return gpus;
    }

    private void connect(HostState state, long until) {
        boolean failedLongAgo = connection.isPresent()
                && connection.get().nvml().isEmpty()
                && connectedAt.plus(RETRY_INTERVAL).isBefore(clock.instant());
        if (connection.isPresent() && !failedLongAgo) {
            return;
        }
        init.start(() -> NvmlConnection.open(opener));
        Optional<NvmlConnection> opened = init.await(until - System.nanoTime());
        if (opened.isEmpty()) {
            connection = Optional.empty();
            return;
        }
        connection = opened;
        connectedAt = clock.instant();
        connectedModule = module(state);
        slots = opened.get()
                .nvml()
                .map(nvml -> slots(nvml, opened.get().gpuCount()))
                .orElse(List.of());
        xidWatch = opened.get()
                .nvml()
                .flatMap(nvml -> xidListener.map(
                        listener -> XidWatch.start(nvml, opened.get().gpuCount(), clock, listener)));
    }

    private List<GpuSlot> slots(Nvml nvml, int count) {
        return IntStream.range(0, count)
                .mapToObj(index -> new GpuSlot(nvml, index, slowInterval, clock, names))
                .toList();
    }

    private boolean driverWasReplaced(HostState state) {
        return connection.isPresent()
                && connection.get().nvml().isPresent()
                && !module(state).equals(connectedModule);
    }

    /**
     * Lets go of the driver once no call is left in it: nvmlShutdown under a call that does not return would not return
     * either. Waits a moment for that, on a thread that may stay behind.
     */
    private void disconnect() {
        List<GpuSlot> ending = slots;
        Optional<Nvml> nvml = connection.flatMap(NvmlConnection::nvml);
        Optional<XidWatch> watch = xidWatch;
        slots = List.of();
        connection = Optional.empty();
        xidWatch = Optional.empty();
        Thread thread = new Thread(
                () -> {
                    watch.ifPresent(XidWatch::close);
                    ending.forEach(GpuSlot::close);
                    nvml.ifPresent(Nvml::close);
                },
                "gpudiag-nvml-shutdown");
        thread.setDaemon(true);
        thread.start();
        try {
            thread.join(SHUTDOWN_WAIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Optional<String> module(HostState state) {
        return state.readings().value(HostQuantities.MODULE_VERSION);
    }

    private HostState readHost() {
        Instant now = clock.instant();
        if (hostState == null || !hostReadAt.isAfter(now.minus(slowInterval))) {
            hostState = host.get();
            hostReadAt = now;
        }
        return hostState;
    }

    private NodeSample node(HostState state, Reading<Boolean> nvml, Readings nvmlReadings, List<GpuSample> gpus) {
        List<GpuSample> located = BusOrder.located(gpus, state).stream()
                .map(gpu -> withLink(gpu, state))
                .toList();
        return new NodeSample(clock.instant(), source, state.with(nvml, nvmlReadings), located);
    }

    /** The GPU with what the host knows of its PCIe link, which it knows of a GPU too that does not answer. */
    private static GpuSample withLink(GpuSample gpu, HostState state) {
        return gpu.identity()
                .pciBusId()
                .map(address -> state.pciLinks().get(address.toLowerCase(Locale.ROOT)))
                .map(link -> gpu.withReadings(link))
                .orElse(gpu);
    }

    @Override
    public void close() {
        disconnect();
        init.abandon();
    }
}
