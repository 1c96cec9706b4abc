package dev.gpudiag.agent.sampling;

import dev.gpudiag.agent.host.HostState;
import dev.gpudiag.agent.host.NvmlPrecheck;
import dev.gpudiag.checks.kernellog.LoggedEvent;
import dev.gpudiag.nvml.Nvml;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Samples a node through NVML: the library on one thread, each GPU on one of its own, nothing waits for ever.
 *
 * <p>nvmlInit is not called while the host says that it must fail, since the real library would create device
 * nodes as root. A failed init is tried again after the retry interval; a driver that was unloaded, replaced or let go of,
 * or that counts other GPUs, is opened anew. Not thread-safe: one caller samples.
 */
public final class NvmlSampler implements NodeSampler {

    private static final Duration CLOSING_WAIT = Duration.ofMillis(500);
    private static final Duration REMEMBERED = Duration.ofDays(1);
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(10);

    private final NvmlOpener opener;
    private final boolean forceInit;
    private final SampleSource source;
    private final NodeClock clock;
    private NvmlSession.Setting setting;
    private final HostWatch host;
    private final DriverRelease release;
    private final VanishedGpus vanished = new VanishedGpus();
    private final Standstill standstill = new Standstill();
    private final SingleFlight<NvmlConnection> init = new SingleFlight<>("gpudiag-nvml");
    private final Recurrence retry;
    private final Recurrence forgetting;
    private Readings predecessor = Readings.empty();
    private boolean wasReleased;
    private volatile boolean closed;
    private Optional<NvmlSession> session = Optional.empty();
    private Optional<NvmlSession> ending = Optional.empty();
    private Optional<String> connectedModule = Optional.empty();
    private Optional<RequestWatch> requests = Optional.empty();
    private Optional<Consumer<LoggedEvent>> xidListener = Optional.empty();

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
            NodeClock clock,
            ProcessNames names) {
        this(
                opener,
                host,
                forceInit,
                source,
                new NvmlSession.Setting(slowInterval, clock, names, CallTrace.NONE, false));
    }

    private NvmlSampler(
            NvmlOpener opener,
            Supplier<HostState> host,
            boolean forceInit,
            SampleSource source,
            NvmlSession.Setting setting) {
        this.opener = opener;
        this.forceInit = forceInit;
        this.source = source;
        this.setting = setting;
        this.clock = setting.clock();
        this.host = new HostWatch(host, clock, setting.slowInterval());
        this.release = new DriverRelease(clock, ZoneId.systemDefault());
        this.retry = new Recurrence(clock, RETRY_INTERVAL);
        this.forgetting = new Recurrence(clock, REMEMBERED);
    }

    /** Has every Xid told that NVML tells from now on; called on another thread. To be set once. */
    public void watchXids(Consumer<LoggedEvent> listener) {
        xidListener = Optional.of(listener);
        session.ifPresent(open -> open.watchXids(listener));
    }

    /** Has the performance monitor read as well, where a GPU has one. To be called before the first sample. */
    public void watchPerformance() {
        setting = setting.withPerformance();
    }

    /**
     * Has the driver let go of when something outside needs it, for a caller that goes on sampling.
     *
     * @param programs names a program that needs it; asked once per sample, on a thread of its own
     */
    public void heed(Supplier<Optional<String>> programs) {
        requests = Optional.of(new RequestWatch(release, programs));
    }

    /** Has each call into the driver told before it is made. To be called before the first sample. */
    public void trace(CallTrace trace) {
        setting = setting.withTrace(trace);
    }

    /** Has the samples of a day say that the agent before this one ended as it should not have. To be called before the first. */
    public void recall(Instant at, String text) {
        predecessor = Readings.builder()
                .put(HostQuantities.AGENT_DIED, text, "agent.json")
                .put(HostQuantities.AGENT_DIED_AT, at.getEpochSecond() * 1.0, "agent.json")
                .build();
        forgetting.mark();
    }

    /** By which the driver is let go of for a while. */
    public DriverRelease release() {
        return release;
    }

    @Override
    public NodeSample sample(Duration wait, Duration deadline) {
        long now = System.nanoTime();
        excuse(standstill.at(now, wait, deadline));
        // a look that waits for as long as the deadline is the only one: what has not answered by its end does not
        // answer
        return look(now + wait.toNanos(), wait.compareTo(deadline) < 0 ? deadline : Duration.ZERO);
    }

    private NodeSample look(long until, Duration deadline) {
        requests.ifPresent(RequestWatch::look);
        Optional<String> released = release.orders();
        if (released.isPresent() != wasReleased) {
            wasReleased = released.isPresent();
            host.hasten(); // what was done to the driver meanwhile is seen before it is judged
        }
        host.start();
        Optional<HostState> read = host.await(until - System.nanoTime(), deadline);
        HostState state = read.orElseGet(() -> HostWatch.unknown(host.late(deadline)));
        if (released.isPresent()) {
            letGo();
            Reading<Boolean> nvml = Reading.missing(
                    Reason.RELEASED, "gpudiag release", release.orders().orElse(released.get()));
            return node(state, nvml, Readings.empty(), List.of());
        }
        Optional<Reading<Boolean>> obstacle = obstacle(read, deadline);
        if (obstacle.isPresent()) {
            return node(state, obstacle.get(), Readings.empty(), List.of());
        }
        connect(state, until);
        if (session.isEmpty()) {
            return node(state, notStarted(deadline), Readings.empty(), List.of());
        }
        NvmlSession open = session.get();
        List<GpuSample> gpus = BusOrder.located(open.gpus(until, deadline), state);
        requests.ifPresent(watch -> watch.see(gpus));
        return node(state, open.state(), open.readings(), vanished.complete(gpus, state.pciDevices()));
    }

    /** Why NVML is not asked this time. */
    private Optional<Reading<Boolean>> obstacle(Optional<HostState> read, Duration deadline) {
        if (read.isEmpty()) {
            // what is open may answer all the same; nothing is opened blindly
            return session.isPresent() ? Optional.empty() : Optional.of(host.late(deadline));
        }
        Optional<String> refusal = forceInit ? Optional.empty() : NvmlPrecheck.refusal(read.get());
        if (refusal.isPresent()) {
            disconnect();
            return Optional.of(Reading.missing(Reason.FAILED, "nvmlInit_v2", refusal.get()));
        }
        if (session.filter(open -> hasChanged(open, read.get())).isPresent()) {
            disconnect();
        }
        return Optional.empty();
    }

    private boolean hasChanged(NvmlSession open, HostState state) {
        boolean otherModule = !module(state).equals(connectedModule);
        return open.isOpen() ? otherModule || open.countHasChanged() : otherModule || retry.isDue();
    }

    private void connect(HostState state, long until) {
        if (session.isPresent() || !isEnded()) {
            return;
        }
        Optional<NvmlConnection> opened = init.harvest();
        if (opened.isEmpty()) {
            init.start(this::open);
            init.await(until - System.nanoTime());
            opened = init.harvest();
        }
        opened.ifPresent(connection -> {
            adopt(connection);
            connectedModule = module(state);
        });
    }

    /** On a thread of its own, which may come back when nobody waits any more. */
    private NvmlConnection open() {
        setting.trace().entered(CallTrace.NODE, "nvmlInit_v2");
        NvmlConnection opened = NvmlConnection.open(opener);
        setting.trace().left(CallTrace.NODE);
        if (closed) {
            opened.nvml().ifPresent(Nvml::close);
        }
        return opened;
    }

    private void adopt(NvmlConnection connection) {
        session = Optional.of(new NvmlSession(connection, setting, xidListener));
        retry.mark();
        if (connection.nvml().isPresent()) {
            release.holds(Optional.empty());
        }
    }

    /** That nvmlInit, or what was to come back before it, has not returned. */
    private Reading<Boolean> notStarted(Duration deadline) {
        if (ending.isPresent()) {
            return Reading.missing(
                    Reason.TIMED_OUT,
                    "nvmlShutdown",
                    "an earlier call into the driver has not returned: "
                            + ending.get().waitsFor());
        }
        Duration silence = init.sinceStart();
        Reason reason = silence.compareTo(deadline) < 0 ? Reason.PENDING : Reason.TIMED_OUT;
        return Reading.missing(
                reason, "nvmlInit_v2", "nvmlInit_v2 has not returned for " + Math.max(1, silence.toSeconds()) + " s");
    }

    /** Closes what is open, and what an initialisation that came back late has opened. */
    private void letGo() {
        init.harvest().ifPresent(this::adopt);
        disconnect();
        if (init.inFlight()) {
            release.holds(Optional.of("nvmlInit_v2"));
        } else if (isEnded()) {
            release.letGo();
        } else {
            release.holds(ending.map(NvmlSession::waitsFor));
        }
    }

    private void disconnect() {
        session.ifPresent(open -> {
            open.close(CLOSING_WAIT);
            ending = session;
        });
        session = Optional.empty();
        isEnded();
    }

    /** Whether nothing of an earlier session is open any more. */
    private boolean isEnded() {
        ending = ending.filter(session -> !session.isClosed());
        return ending.isEmpty();
    }

    private void excuse(Duration stood) {
        if (!stood.isZero()) {
            host.excuse(stood);
            init.excuse(stood);
            session.ifPresent(open -> open.excuse(stood));
        }
    }

    private static Optional<String> module(HostState state) {
        return state.readings().value(HostQuantities.MODULE_VERSION);
    }

    private NodeSample node(HostState state, Reading<Boolean> nvml, Readings nvmlReadings, List<GpuSample> gpus) {
        List<GpuSample> linked = gpus.stream().map(gpu -> withLink(gpu, state)).toList();
        Readings told = forgetting.isDue()
                ? nvmlReadings
                : Readings.builder().putAll(predecessor).putAll(nvmlReadings).build();
        return new NodeSample(clock.instant(), source, state.with(nvml, told), linked);
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
        closed = true;
        init.harvest().ifPresent(this::adopt);
        disconnect();
        init.abandon();
        host.abandon();
        requests.ifPresent(RequestWatch::abandon);
    }
}
