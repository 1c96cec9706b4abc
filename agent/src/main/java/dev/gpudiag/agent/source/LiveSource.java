package dev.gpudiag.agent.source;

import dev.gpudiag.agent.host.HostProbe;
import dev.gpudiag.agent.host.HostState;
import dev.gpudiag.agent.host.ProcessComm;
import dev.gpudiag.agent.host.RdmaProbe;
import dev.gpudiag.agent.host.process.DriverRequests;
import dev.gpudiag.agent.host.process.HostProcesses;
import dev.gpudiag.agent.kernellog.KernelLogReader;
import dev.gpudiag.agent.sampling.LibraryNotFound;
import dev.gpudiag.agent.sampling.NodeClock;
import dev.gpudiag.agent.sampling.NodeSampler;
import dev.gpudiag.agent.sampling.NvmlSampler;
import dev.gpudiag.agent.sampling.ProcessSampler;
import dev.gpudiag.agent.sampling.RdmaSampler;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.nvml.Nvml;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.nvml.NvmlLibrary;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The driver of this node. */
public final class LiveSource {

    private static final String SEARCH = "search for " + NvmlLibrary.SONAME;

    private final Optional<Path> library;
    private final Path hostRoot;
    private final Map<String, String> environment;
    private final Runnable beforeAsking;
    private final HostProbe probe;
    private final KernelLogReader log;

    /**
     * A source that has opened nothing yet.
     *
     * @param library the library asked for, a file or the directory that holds it
     * @param hostRoot {@code /}, or where a container sees the host
     * @throws IllegalArgumentException with a sentence for a host root without /proc and /sys, or a library that is none
     */
    public LiveSource(Optional<Path> library, Path hostRoot, Map<String, String> environment) {
        this(library, hostRoot, environment, () -> {});
    }

    /**
     * The same, which is told before the library is loaded.
     *
     * @param beforeAsking may throw {@link dev.gpudiag.agent.sampling.DriverLeftAlone}
     */
    public LiveSource(Optional<Path> library, Path hostRoot, Map<String, String> environment, Runnable beforeAsking) {
        this.beforeAsking = beforeAsking;
        this.library = library;
        this.hostRoot = hostRoot;
        this.environment = environment;
        this.probe = new HostProbe(hostRoot, environment);
        this.log = new KernelLogReader(probe.root(), InstantSource.system(), ZoneId.systemDefault());
        if (library.isPresent() && search() instanceof NvmlLibrary.NotFound missing) {
            throw new IllegalArgumentException(String.join("; ", missing.tried()));
        }
    }

    /**
     * A sampler of this node, with its kernel log.
     *
     * @param needs what it collects beside driver, GPUs and host
     * @param more adds what is not this node's driver, host or log
     */
    public LoggedSampler sampler(
            boolean forceInit, Duration slowInterval, Set<Need> needs, UnaryOperator<NodeSampler> more) {
        NvmlSampler sampler = sampler(forceInit, slowInterval);
        if (needs.contains(Need.PERFORMANCE)) {
            sampler.watchPerformance();
        }
        NodeSampler complete = needs.contains(Need.PROCESSES)
                ? new ProcessSampler(
                        sampler,
                        new HostProcesses(probe.root(), InstantSource.system()),
                        slowInterval,
                        NodeClock.system())
                : sampler;
        if (needs.contains(Need.RDMA)) {
            RdmaProbe rdma = new RdmaProbe(probe.root(), environment);
            complete = new RdmaSampler(complete, rdma::read, slowInterval, NodeClock.system());
        }
        return new LoggedSampler(more.apply(complete), log, sampler, new DriverRequests(probe.root())::look);
    }

    /** A sampler of this node's driver, GPUs and host alone. */
    public NvmlSampler sampler(boolean forceInit, Duration slowInterval) {
        ProcessComm comm = new ProcessComm(probe.root());
        return new NvmlSampler(
                this::open, this::host, forceInit, SampleSource.live(), slowInterval, NodeClock.system(), comm::name);
    }

    /** The kernel log of this node. */
    public KernelLogReader kernelLog() {
        return log;
    }

    private NvmlLibrary search() {
        List<Path> roots = new ArrayList<>(NvmlLibrary.CONTAINER_DRIVER_ROOTS);
        if (!hostRoot.equals(Path.of("/"))) {
            roots.addFirst(hostRoot.resolve("run/nvidia/driver"));
            roots.addFirst(hostRoot);
        }
        return NvmlLibrary.search(library, roots);
    }

    private Nvml open() throws NvmlException, LibraryNotFound {
        beforeAsking.run();
        return switch (search()) {
            case NvmlLibrary.Found found -> Nvml.open(found.path());
            case NvmlLibrary.NotFound missing ->
                throw new LibraryNotFound(missing.tried().isEmpty() ? "not found" : String.join("; ", missing.tried()));
        };
    }

    /** The host's state, with the library that would be loaded in place of one that merely lies there. */
    private HostState host() {
        HostState host = probe.read();
        Readings.Builder readings = Readings.builder().putAll(host.readings());
        switch (search()) {
            case NvmlLibrary.Found found -> {
                readings.put(HostQuantities.LIBRARY_PATH, found.path().toString(), SEARCH);
                readings.put(HostQuantities.DRIVER_INSTALLED, true, found.path().toString());
                readings.put(
                        HostQuantities.LIBRARY_VERSION,
                        found.version()
                                .<Reading<String>>map(version ->
                                        Reading.of(version, found.realPath().toString()))
                                .orElse(Reading.missing(
                                        Reading.Reason.NOT_SUPPORTED,
                                        found.realPath().toString(),
                                        "the file does not tell its version")));
            }
            case NvmlLibrary.NotFound missing -> {
                Reading<String> none =
                        Reading.missing(Reading.Reason.FAILED, SEARCH, String.join("; ", missing.tried()));
                readings.put(HostQuantities.LIBRARY_PATH, none);
            }
        }
        return new HostState(
                readings.build(),
                host.pciDevices(),
                host.deviceNodes(),
                host.kernelGpus(),
                host.pciLinks(),
                host.paravirtualized());
    }
}
