package dev.gpudiag.agent.source;

import dev.gpudiag.agent.host.HostProbe;
import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.agent.host.HostState;
import dev.gpudiag.agent.host.ProcessComm;
import dev.gpudiag.agent.host.RdmaProbe;
import dev.gpudiag.agent.host.process.DriverRequests;
import dev.gpudiag.agent.host.process.HostProcesses;
import dev.gpudiag.agent.kernellog.KernelLogReader;
import dev.gpudiag.agent.kernellog.ResetWatch;
import dev.gpudiag.agent.sampling.DriverRelease;
import dev.gpudiag.agent.sampling.NodeClock;
import dev.gpudiag.agent.sampling.NodeSampler;
import dev.gpudiag.agent.sampling.NvmlSampler;
import dev.gpudiag.agent.sampling.ProcessSampler;
import dev.gpudiag.agent.simulation.Scenario;
import dev.gpudiag.agent.simulation.ScenarioException;
import dev.gpudiag.agent.simulation.SimulatedHost;
import dev.gpudiag.agent.simulation.SimulatedKernelLog;
import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.nvml.Nvml;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.nvml.SimulatedDriver;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.SampleHistory;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The simulated driver in a simulated host: real library calls, answers from a scenario file. */
public final class SimulatedSource implements NodeSampler {

    private static final Duration HISTORY_WAIT = Duration.ofSeconds(2);

    private final Scenario scenario;
    private final SimulatedHost host;
    private final NvmlSampler sampler;
    private final NodeSampler complete;
    private final Optional<RdmaProbe> rdma;
    private final KernelLogReader log;
    private final ResetWatch resets = new ResetWatch();
    private final Path library;
    private final double timeScale;
    private Nvml nvml;
    private Instant now = Instant.now();

    /** The instant at which the past that the scenario brings ends, and the library's clock begins to run. */
    private final Instant present = now;

    private boolean started;

    private long begunNanos = System.nanoTime();
    private volatile boolean pinned;
    private Optional<SimulatedKernelLog> kernelLog = Optional.empty();

    /** The host's files as read in the past, in which they do not change. */
    private volatile Optional<HostState> pastHost = Optional.empty();

    private Optional<HostSample> pastProcesses = Optional.empty();

    /** A simulated node of which driver, GPUs and host are sampled, and nothing more. */
    public SimulatedSource(Scenario scenario, Path simulator, double timeScale, Duration slowInterval) {
        this(scenario, simulator, timeScale, slowInterval, Set.of());
    }

    /**
     * A simulated node; its host is laid out in a temporary directory until it is closed.
     *
     * @param simulator directory that holds the simulated libraries
     * @param timeScale how many seconds of the scenario pass in one second
     * @param needs what is collected beside driver, GPUs and host
     * @throws ScenarioException where the library refuses the scenario
     */
    public SimulatedSource(
            Scenario scenario, Path simulator, double timeScale, Duration slowInterval, Set<Need> needs) {
        this.scenario = scenario;
        this.timeScale = timeScale;
        this.library = (scenario.symbols().equals("all") ? simulator : simulator.resolve(scenario.symbols()))
                .resolve("libnvidia-ml.so.1");
        validate();
        this.host = SimulatedHost.layOut(scenario);
        HostProbe probe = new HostProbe(host.root(), Map.of());
        this.log = new KernelLogReader(probe.root(), () -> present, ZoneOffset.UTC);
        this.sampler = new NvmlSampler(
                this::open,
                () -> host(probe),
                false,
                new SampleSource(SampleSource.Kind.SIMULATED, scenario.name()),
                slowInterval,
                NodeClock.of(this::now),
                new ProcessComm(probe.root())::name);
        if (needs.contains(Need.PERFORMANCE)) {
            sampler.watchPerformance();
        }
        this.rdma = Optional.of(new RdmaProbe(probe.root(), Map.of())).filter(any -> needs.contains(Need.RDMA));
        this.complete = needs.contains(Need.PROCESSES)
                ? new ProcessSampler(
                        sampler,
                        new HostProcesses(probe.root(), InstantSource.system()),
                        slowInterval,
                        NodeClock.system())
                : sampler;
    }

    private HostState host(HostProbe probe) {
        boolean changed = host.files().advance(scenarioTime());
        if (!pinned) {
            return probe.read();
        }
        HostState past = pastHost.filter(known -> !changed).orElseGet(probe::read);
        pastHost = Optional.of(past);
        return past;
    }

    /** Lets the library read the scenario once, so that what is wrong in it is told before anything is sampled. */
    private void validate() {
        try (Nvml reader = Nvml.open(library)) {
            SimulatedDriver.configure(reader, scenario.file(), timeScale);
        } catch (NvmlException | IOException e) {
            throw new ScenarioException(e.getMessage());
        }
    }

    private Nvml open() throws NvmlException {
        nvml = Nvml.open(library);
        try {
            SimulatedDriver.configure(nvml, scenario.file(), timeScale);
            if (!started && !pinned) {
                begunNanos = System.nanoTime();
            }
            started = true;
            return nvml;
        } catch (IOException e) {
            nvml.close();
            throw new ScenarioException(e.getMessage());
        }
    }

    /** Plays the past that the scenario brings into {@code history}; its end is the present. */
    public void remember(SampleHistory history) {
        remember(history::add);
    }

    /** The same for whoever remembers more. */
    public void remember(Consumer<NodeSample> memory) {
        if (scenario.history().isEmpty()) {
            return;
        }
        Duration span = scenario.history().get().span();
        Instant end = now;
        pinned = true;
        for (Duration past = span;
                !past.isNegative();
                past = past.minus(scenario.history().get().interval())) {
            now = end.minus(past);
            if (!setTime(span.minus(past).toMillis() / 1000.0)) {
                break;
            }
            NodeSample sample = withRdma(sampler.sample(HISTORY_WAIT, HISTORY_WAIT));
            memory.accept(complete == sampler ? sample : sample.withHost(pastProcesses()));
        }
        now = end;
    }

    /** Processes do not change their state in the past: they are looked at once. */
    private HostSample pastProcesses() {
        HostSample past = pastProcesses.orElseGet(
                () -> complete.sample(HISTORY_WAIT, HISTORY_WAIT).host());
        pastProcesses = Optional.of(past);
        return past;
    }

    private boolean setTime(double seconds) {
        try {
            if (nvml == null) {
                sampler.sample(HISTORY_WAIT, HISTORY_WAIT);
            }
            if (nvml == null) {
                return false;
            }
            SimulatedDriver.setTime(nvml, seconds);
            return true;
        } catch (IOException e) {
            throw new ScenarioException(e.getMessage());
        }
    }

    /** Where the files of the simulated host lie. */
    public HostRoot hostRoot() {
        return new HostRoot(host.root());
    }

    /** Lets the scenario's clock run, from where {@link #remember} left it. */
    public void run() {
        begunNanos = System.nanoTime();
        pinned = false;
        setTime(-1);
    }

    /** What was saved of the node when it was well, where the scenario says that something was. */
    public Optional<Baseline> baseline() {
        return scenario.baseline(present);
    }

    /** The scenario's time, which passes {@code timeScale} times as fast as this machine's. */
    public Instant now() {
        return pinned ? now : now.plusNanos((long) ((System.nanoTime() - begunNanos) * timeScale));
    }

    @Override
    public NodeSample sample(Duration wait, Duration deadline) {
        NodeSample sample = withRdma(complete.sample(wait, deadline));
        resets.see(sample).forEach(log::offer);
        return sample;
    }

    /** The files of a simulated host answer at once, other than an adapter's. */
    private NodeSample withRdma(NodeSample sample) {
        return rdma.map(probe -> sample.withRdma(probe.read())).orElse(sample);
    }

    /** Has the simulated driver let go of when something of the simulated host needs it. */
    public void heedRequests() {
        sampler.heed(new DriverRequests(new HostRoot(host.root()))::look);
    }

    /** By which the simulated driver is let go of for a while. */
    public DriverRelease release() {
        return sampler.release();
    }

    /** Has the simulated library tell its Xids as well, from now on. */
    public void watchXids() {
        sampler.watchXids(log::offer);
    }

    @Override
    public Reading<KernelLog> kernelLog() {
        SimulatedKernelLog lines =
                kernelLog.orElseGet(() -> new SimulatedKernelLog(host.root(), scenario, present, past()));
        kernelLog = Optional.of(lines);
        lines.advance(scenarioTime());
        return log.poll();
    }

    /** How much time of the scenario lies before its present. */
    private Duration past() {
        return scenario.history().map(Scenario.History::span).orElse(Duration.ZERO);
    }

    private Duration scenarioTime() {
        return past().plus(Duration.between(present, now()));
    }

    @Override
    public Optional<GpuHolder> process(long pid, Duration within) {
        return complete.process(pid, within);
    }

    @Override
    public void close() {
        complete.close();
        log.close();
        host.close();
    }
}
